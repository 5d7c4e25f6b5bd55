/** Whether a proxy says that the client came by https. Believed from anyone, since it can only make a cookie stricter. */
export function isForwardedHttps(header: string | null | undefined): boolean {
  return /^\s*https\s*(?:,|$)/i.test(header ?? '');
}
