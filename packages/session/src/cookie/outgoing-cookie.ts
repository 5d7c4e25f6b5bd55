import { stringifyCookie, stringifySetCookie } from 'cookie';

/** The attributes of a cookie, in the form that frameworks' cookie APIs take. */
export interface CookieAttributes {
  path: string;
  domain?: string;
  httpOnly: true;
  secure?: true;
  sameSite: 'strict' | 'lax' | 'none';
  partitioned?: true;
  priority: 'low' | 'medium' | 'high';
  /** Seconds the browser keeps the cookie. Omitted: until the browser closes. */
  maxAge?: number;
  expires?: Date;
}

/** One cookie to set. */
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
