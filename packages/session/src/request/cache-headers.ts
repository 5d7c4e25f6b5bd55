/** Read access to a response's headers, whatever the framework calls them. Names are case-insensitive. */
export interface ReadableHeaders {
  /** The value, or several values joined by commas; `undefined` when the header is not set. */
  get(name: string): string | undefined;
  /** Each `Set-Cookie` line of the response. */
  getSetCookie(): readonly string[];
}

/** Write access to a response's headers. */
export interface ResponseHeaders extends ReadableHeaders {
  /** Replaces all `Set-Cookie` headers. */
  replaceSetCookie(lines: readonly string[]): void;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
}

/** The facts that decide how a session's response may be cached. */
export interface CacheFacts {
  /** Whether the response sets or clears the session cookie. */
  setsCookie: boolean;
  /** Whether a user is signed in. */
  hasSubject: boolean;
  /** The `Cache-Control` that another session of the request has chosen for this response, whether set yet or not. */
  ours: string | undefined;
}

/** Headers to set, and whether one of them replaces the application's `Cache-Control`. */
export interface CacheHeaders {
  headers: [name: string, value: string][];
  replacesOwn: boolean;
}

/**
 * The headers that keep a response that used a session out of caches: `private`, plus `no-store` when a user is signed in, so that
 * the browser's back button shows nothing after they have signed out (OWASP ASVS 14.3.2). The application's `Cache-Control` is
 * kept, unless the response sets the session cookie: no cache may store that, and `no-cache="Set-Cookie"` is not honored (OWASP
 * Session Management Cheat Sheet).
 *
 * @param headers The headers that the application has set.
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

/** Whether the application lets shared caches store the response, as it would a static file. */
export function isPublic(headers: Pick<ReadableHeaders, 'get'>): boolean {
  return directives(headers.get('Cache-Control')).some((name) => /^(?:public$|s-maxage=)/.test(name));
}

function directives(value: string | undefined): string[] {
  return value ? value.split(',').map((part) => part.trim().toLowerCase()) : [];
}
