/** Why browsers silently drop a cookie. */
export type DroppedCookieReason = 'secure-cookie-over-http' | 'domain-of-another-host';

const warnings: Record<DroppedCookieReason, string> = {
  'secure-cookie-over-http':
    'The session cookie was sent over plain http, where browsers drop a cookie with Secure: no user stays ' +
    'signed in. Serve https, have the proxy that terminates TLS send X-Forwarded-Proto: https, or pass ' +
    'cookie: { secure: false } on a network you trust.',
  'domain-of-another-host':
    'The session cookie was sent to a host that is not in cookie.domain, so browsers drop it. Leave cookie.domain out or ' +
    'correct it; if a proxy changes the Host header, have it pass on the original.',
};

const told = new Set<DroppedCookieReason>();

/** Warns that browsers will drop the session cookie: once per process and reason, even in production. */
export function warnOfDroppedCookie(reason: DroppedCookieReason): void {
  if (told.has(reason)) return;
  told.add(reason);
  // biome-ignore lint/suspicious/noConsole: browsers drop such a cookie silently, so the problem would otherwise go unnoticed
  console.warn(`[@store/session] ${warnings[reason]}`);
}
