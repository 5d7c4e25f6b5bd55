import { stringifyCookie, stringifySetCookie } from 'cookie';

/**
 * The attributes of a cookie, in the form that frameworks' cookie APIs take.
 *
 * @example
 * import type { CookieAttributes, OpenedSession } from '@store/session';
 *
 * type SetCookie = (name: string, value: string, attributes: CookieAttributes) => void;
 * const send = async ({ commit }: OpenedSession, setCookie: SetCookie) => {
 *   const { cookies } = await commit();
 *   for (const { name, value, options } of cookies) setCookie(name, value, options);
 * };
 */
export interface CookieAttributes {
  path: string;
  domain?: string;
  httpOnly: true;
  secure?: true;
  sameSite: 'strict' | 'lax' | 'none';
  partitioned?: true;
  priority: 'low' | 'medium' | 'high';
  /** Seconds the browser keeps the cookie. If omitted, until the browser closes. */
  maxAge?: number;
  expires?: Date;
}

/**
 * One cookie to set.
 *
 * @example
 * import { startSession } from '@store/core/memory';
 * import { type OutgoingCookie, openSession } from '@store/session';
 *
 * await startSession();
 * const { session, commit } = await openSession('');
 * session.set('name', 'Ada');
 * const { cookies } = await commit();
 * const nameOf = ({ name, options }: OutgoingCookie) => `${name} for ${options.path}`;
 * cookies.map(nameOf); // ['__Host-session for /']
 */
export interface OutgoingCookie {
  name: string;
  value: string;
  options: CookieAttributes;
}

/** The `Set-Cookie` value of a cookie. */
export function serializeCookie({ name, value, options }: OutgoingCookie): string {
  return stringifySetCookie({ name, value, ...options }, { encode: encodeCookieValue });
}

/** A value as it appears in a header: percent-encoded if necessary. */
export function encodeCookieValue(value: string): string {
  return stringifyCookie({ v: value }).slice(2);
}
