import { stringifyCookie, stringifySetCookie } from 'cookie';
import type { ResolvedCookieOptions } from './cookie-options.ts';
import { isLoopback } from './loopback.ts';

/** What of a request decides how its cookie looks. */
export interface CookieScene {
  /** The `Host` header. */
  host: string | undefined;
  /** Whether the client, or the proxy before it, came by https. */
  https: boolean;
}

/** The one session cookie a request can have: read and written under the same name, with the same attributes. */
export interface SessionCookie {
  readonly name: string;
  readonly expireOnClose: boolean;
  /** Whether it has Secure; browsers then want https, or a loopback host. */
  readonly secure: boolean;
  /** How many cookies a value may be split over. */
  readonly chunks: number;
  /** The `Set-Cookie` value. @param maxAge Seconds the browser keeps it, unless it goes on close. */
  set(value: string, maxAge: number): string;
  /** The same for one piece of an encoded value, under the name of that piece. */
  setChunk(index: number, piece: string, maxAge: number): string;
  /** The `Set-Cookie` value that removes it, or the cookie of another name. */
  clear(name?: string): string;
}

/**
 * Answers which cookie a request has. Without Secure it is only on a loopback host, over http, and where the options allow
 * it: a proxy that sends `Host: 127.0.0.1` must not downgrade production.
 */
export function createCookieChooser(options: ResolvedCookieOptions): (scene: CookieScene) => SessionCookie {
  const secure = createSessionCookie(options, true);
  if (!options.insecureOnLoopback) return () => secure;
  const insecure = createSessionCookie(options, false);
  return ({ host, https }) => (!https && isLoopback(host) ? insecure : secure);
}

/** The name under which a cookie without Secure goes: browsers refuse it under a prefix. */
export function insecureName(name: string): string {
  return name.replace(/^__(?:Host|Secure)-/i, '');
}

function createSessionCookie(options: ResolvedCookieOptions, secure: boolean): SessionCookie {
  const { domain, path, sameSite, partitioned, expireOnClose, chunks } = options;
  const name = secure ? options.name : insecureName(options.name);
  const attributes = {
    path,
    httpOnly: true,
    // Browsers refuse None and Partitioned without Secure, and a domain that is not the host's own.
    sameSite: secure || sameSite !== 'none' ? sameSite : 'lax',
    ...(secure && { secure, ...(domain !== undefined && { domain }), ...(partitioned && { partitioned }) }),
  } as const;
  const write = (as: string, value: string, maxAge: number) =>
    stringifySetCookie(
      { name: as, value, ...attributes, ...(!expireOnClose && { maxAge }) },
      { encode: (encoded) => encoded },
    );
  return {
    name,
    expireOnClose,
    secure,
    chunks,
    set: (value, maxAge) => write(name, encodeCookieValue(value), maxAge),
    setChunk: (index, piece, maxAge) => write(chunkName(name, index), piece, maxAge),
    clear: (as = name) =>
      stringifySetCookie({ name: as, value: '', ...attributes, maxAge: 0, expires: new Date(0) }),
  };
}

/** The name under which one piece of a split cookie goes. */
export function chunkName(name: string, index: number): string {
  return `${name}.${index}`;
}

/** A value as it stands in a header: percent-encoded if it has to be. */
export function encodeCookieValue(value: string): string {
  return stringifyCookie({ v: value }).slice(2);
}
