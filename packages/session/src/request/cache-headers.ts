/** Read access to a response's headers, whatever the framework calls them. Names are case-insensitive. */
export interface ReadableHeaders {
  /** The value, several joined by a comma; `undefined` when there is none. */
  get(name: string): string | undefined;
  /** Each `Set-Cookie`, as it is on the response. */
  getSetCookie(): readonly string[];
}

/** A response's headers, to be changed. */
export interface ResponseHeaders extends ReadableHeaders {
  /** Replaces all `Set-Cookie` headers. */
  replaceSetCookie(lines: readonly string[]): void;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
}

/** What of a session decides how its response may be cached. */
export interface CacheFacts {
  /** Whether the response sets or clears the session cookie. */
  setsCookie: boolean;
  /** Whether somebody is signed in. */
  hasSubject: boolean;
  /** The `Cache-Control` that another session of the request has given this response, whether it is there yet or not. */
  ours: string | undefined;
}

/** Headers to put in the place of those with their names, and whether a `Cache-Control` of the application's is among them. */
export interface CacheHeaders {
  headers: [name: string, value: string][];
  replacesOwn: boolean;
}

/**
 * The headers that keep a response made from a session out of caches: `private`, and out of the browser's own too when somebody
 * is signed in, so that the back button shows nothing after they have signed out (OWASP ASVS 14.3.2). The application's own
 * `Cache-Control` stands, except with a session cookie: no cache may store that, and `no-cache="Set-Cookie"` is not honoured
 * (OWASP Session Management Cheat Sheet).
 *
 * @param headers Those the application has set.
 */
export function cacheHeaders(
  headers: Pick<ReadableHeaders, 'get'>,
  { setsCookie, hasSubject, ours }: CacheFacts,
): CacheHeaders {
  const added: [string, string][] = [];
  const vary = headers.get('Vary');
  const varies = directives(vary);
  if (!varies.includes('*') && !varies.includes('cookie'))
    added.push(['Vary', vary ? `${vary}, Cookie` : 'Cookie']);

  const current = headers.get('Cache-Control') || ours;
  const isOwn = current !== undefined && current !== ours;
  const isStored = !directives(current).includes('no-store');
  const replacesOwn = setsCookie && isOwn && isStored;
  if (replacesOwn) added.push(['Cache-Control', 'no-store']);
  else if (!isOwn && isStored)
    added.push(['Cache-Control', setsCookie || hasSubject ? 'private, no-store' : 'private']);
  return { headers: added, replacesOwn };
}

/** Whether the application invites shared caches to keep the response, as for a static file. */
export function isPublic(headers: Pick<ReadableHeaders, 'get'>): boolean {
  return directives(headers.get('Cache-Control')).some((name) => /^(?:public$|s-maxage=)/.test(name));
}

function directives(value: string | undefined): string[] {
  return value ? value.split(',').map((part) => part.trim().toLowerCase()) : [];
}
