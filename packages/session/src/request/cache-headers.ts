/** A response's headers, whatever the framework calls them. Names are case-insensitive. */
export interface ResponseHeaders {
  /** The value, several joined by a comma; `undefined` when there is none. */
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
}

/**
 * The headers that keep a response made from a session out of other people's caches (RFC 9111 §5.2.2.4 and §5.2.2.7).
 *
 * @param headers Those the application has set.
 * @param setsCookie Whether the response sets or clears the session cookie.
 * @returns names and values to append
 */
export function cacheHeaders(
  headers: Pick<ResponseHeaders, 'get'>,
  setsCookie: boolean,
): [name: string, value: string][] {
  const added: [string, string][] = [];
  const vary = headers.get('Vary');
  const varies = directives(vary);
  if (!varies.includes('*') && !varies.includes('cookie')) added.push(['Vary', 'Cookie']);

  const own = headers.get('Cache-Control');
  if (setsCookie && !directives(own).some((name) => name === 'no-store' || name.startsWith('no-cache'))) {
    added.push(['Cache-Control', own ? 'no-cache="Set-Cookie"' : 'private, no-cache="Set-Cookie"']);
  } else if (!own) {
    added.push(['Cache-Control', 'private']);
  }
  return added;
}

/** Whether the application invites shared caches to keep the response, as for a static file. */
export function isPublic(headers: Pick<ResponseHeaders, 'get'>): boolean {
  return directives(headers.get('Cache-Control')).some((name) => /^(?:public$|s-maxage=)/.test(name));
}

function directives(value: string | undefined): string[] {
  return value ? value.split(',').map((part) => part.trim().toLowerCase()) : [];
}
