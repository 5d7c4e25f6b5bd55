/**
 * Tells whether a `Host` header names this machine: `localhost` and below it, 127.0.0.0/8, `[::1]` (RFC 6761 §6.3).
 *
 * The header is the client's or a proxy's word, so this alone never decides anything.
 */
export function isLoopback(host: string | undefined): boolean {
  if (!host) return false;
  const name = host.replace(/:\d*$/, '').toLowerCase();
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])$/.test(name);
}
