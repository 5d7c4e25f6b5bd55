/** A response's headers, whatever the framework calls them. Names are case-insensitive. */
export interface ResponseHeaders {
  /** The value, several joined by a comma; `undefined` when there is none. */
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
}

/**
 * Keeps a response made from a session out of other people's caches (RFC 9111 §5.2.2.4 and §5.2.2.7).
 *
 * @param setsCookie Whether the response sets or clears the session cookie.
 */
export function protectFromCaches(headers: ResponseHeaders, setsCookie: boolean): void {
  const vary = directives(headers.get('Vary'));
  if (!vary.includes('*') && !vary.includes('cookie')) headers.append('Vary', 'Cookie');

  const own = headers.get('Cache-Control');
  const policy = own || 'private';
  if (setsCookie && !directives(own).some((name) => name === 'no-store' || name.startsWith('no-cache'))) {
    headers.set('Cache-Control', `${policy}, no-cache="Set-Cookie"`);
  } else if (!own) {
    headers.set('Cache-Control', policy);
  }
}

/** Whether the application invites shared caches to keep the response, as for a static file. */
export function isPublic(headers: ResponseHeaders): boolean {
  return directives(headers.get('Cache-Control')).some((name) => /^(?:public$|s-maxage=)/.test(name));
}

function directives(value: string | undefined): string[] {
  return value ? value.split(',').map((part) => part.trim().toLowerCase()) : [];
}
