/** Why browsers drop a cookie without a word. */
export type DroppedCookieReason = 'secure-cookie-over-http' | 'domain-of-another-host';

const warnings: Record<DroppedCookieReason, string> = {
  'secure-cookie-over-http':
    'The session cookie was sent over plain http, where browsers drop a cookie with Secure: nobody stays ' +
    'signed in. Serve https, have the proxy that ends TLS send X-Forwarded-Proto: https, or pass cookie: { secure: false } ' +
    'on a network you trust.',
  'domain-of-another-host':
    'The session cookie was sent to a host that is not in cookie.domain, where browsers drop it. Leave cookie.domain out or ' +
    'correct it; if a proxy in front changes the Host header, have it pass the original on.',
};

const told = new Set<DroppedCookieReason>();

/** Says once per process and reason, in production too, that browsers are going to drop the session cookie. */
export function warnOfDroppedCookie(reason: DroppedCookieReason): void {
  if (told.has(reason)) return;
  told.add(reason);
  // biome-ignore lint/suspicious/noConsole: browsers drop such a cookie without a word, so nobody would ever hear of it
  console.warn(`[@store/session] ${warnings[reason]}`);
}
