let told = false;
let write = (line: string): void => {
  // biome-ignore lint/suspicious/noConsole: browsers drop such a cookie without a word, so nobody would ever hear of it
  console.warn(line);
};

/** Says once per process, in development and in production, that browsers drop the session cookie. */
export function warnOfDroppedCookie(): void {
  if (told) return;
  told = true;
  write(
    '[@store/session] The session cookie was sent over plain http, where browsers drop a cookie with Secure: nobody stays ' +
      'signed in. Serve https, have the proxy that ends TLS send X-Forwarded-Proto: https, or pass cookie: { secure: false } ' +
      'on a network you trust.',
  );
}

/** Sends the line elsewhere, and lets it be said again. For tests. */
export function watchDroppedCookies(writer: (line: string) => void): void {
  told = false;
  write = writer;
}
