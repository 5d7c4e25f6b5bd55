import { StoreError } from '@store/core';
import { assertKnownOptions, invalidOption } from '@store/core/driver';
import { stringifySetCookie } from 'cookie';
import { isBuiltIn } from '../arguments.ts';

/**
 * The session cookie's name, attributes and size limits. The cookie is always HttpOnly, and lives as long as its session.
 *
 * @example
 * import type { SessionCookieOptions } from '@store/session';
 * import { sessionMiddleware } from '@store/session/express';
 *
 * const cookie: SessionCookieOptions = { domain: 'example.com', sameSite: 'strict' };
 * const middleware = sessionMiddleware({ cookie }); // the cookie is named __Secure-session
 */
export interface SessionCookieOptions {
  /**
   * The cookie's name. A name that starts with `__Host-` allows no `domain` and no `path`.
   * @default '__Host-session'; '__Secure-session' with a `domain` or another `path`; 'session' with `secure: false`
   */
  name?: string;
  /** The domain whose subdomains share the session, without scheme or port, and not an IP address. @default none: this host only */
  domain?: string;
  /** The path under which the cookie is sent, as written in a URL. Requests outside it get no cookie. @default '/' */
  path?: string;
  /** Whether requests from other sites carry the cookie. @default 'lax' */
  sameSite?: 'strict' | 'lax' | 'none';
  /**
   * `false` omits Secure, for plain http on a network you trust. Browsers then send the cookie unencrypted. For development, see
   * `insecureOnLoopback`.
   * @default true
   */
  secure?: boolean;
  /** Whether an embedded site gets a separate cookie per embedding site (CHIPS). Frames on other sites receive it only with `sameSite: 'none'`. @default false */
  partitioned?: boolean;
  /** Which cookies a browser evicts first when a domain has too many; `high` is evicted last. @default 'high' */
  priority?: 'low' | 'medium' | 'high';
  /** Whether the cookie expires when the browser closes, unless `setLifetime` overrides it. Otherwise it lives as long as the session. @default false */
  expireOnClose?: boolean;
  /** Maximum number of cookies (`name.0`, `name.1`, …) a sealed session may be split across, at most 8. @default 1 */
  chunks?: number;
  /**
   * Maximum total bytes of a sealed session's cookies, as the browser sends them back; 1024 or more. The default suits Node, which
   * accepts 16 KiB of request headers in total. Behind nginx or Apache with their defaults over HTTP/1.1, which accept 8 KiB per
   * line, set 7168, and raise nginx's `proxy_buffer_size`.
   * @default 12_288
   */
  maxHeaderSize?: number;
  /**
   * Whether plain http on a loopback host gets a cookie without Secure and without a name prefix, so that development works.
   * @default true when NODE_ENV is development or test and `secure` is left out
   */
  insecureOnLoopback?: boolean;
}

/** Cookie options with the defaults filled in. */
export type ResolvedCookieOptions = Required<Omit<SessionCookieOptions, 'domain'>> & {
  domain: string | undefined;
};

/** The names of {@link SessionCookieOptions}. */
export const cookieOptionNames = [
  'name',
  'domain',
  'path',
  'sameSite',
  'secure',
  'partitioned',
  'priority',
  'expireOnClose',
  'chunks',
  'maxHeaderSize',
  'insecureOnLoopback',
] as const satisfies readonly (keyof SessionCookieOptions)[];

/** The maximum number of cookies that one value is split across. */
export const mostChunks = 8;

const ofStore = 'it belongs to the store, which sets how long sessions live: startSession({ idleTimeout })';
const misplacedOptions = {
  'cookie.idleTimeout': ofStore,
  'cookie.absoluteTimeout': ofStore,
  'cookie.password': 'it belongs to the store: startSession({ password }) of @store/cookie',
  'cookie.touchAfter': 'it is an option next to cookie, not inside it',
};

const token = /^[\w!#$%&'*+.^`|~-]+$/;
// Browsers recognize these prefixes in any letter case. Ours are spelled as in RFC 6265bis, so that old browsers see them too.
const prefixed = /^__(?:host|secure|http)-/i;
// A dot is required: browsers reject a top-level domain, and a host name without a dot needs no domain.
const domainName = /^\.?(?:(?!-)[a-z\d_-]{1,63}(?<!-)\.)+(?!-)[a-z\d_-]{1,63}(?<!-)$/i;
// Browsers parse these endings as IPv4 addresses.
const addressEnd = /\.(?:\d+|0x[\da-f]*)$/i;
const pathValue = /^\/[^?#;\0-\x20\x7f-\uffff]*$/;
// Browsers resolve dot segments and encode these characters before they compare paths, and they do not support patterns.
const unmatchedPath = /["<>\\^`{}*]|\/:|\/(?:\.|%2e){1,2}(?:\/|$)/i;

/**
 * Checks the options, fills in the defaults, and serializes a sample cookie to check them together.
 *
 * @throws {StoreError} `INVALID_OPTION`, naming the option; also for a combination that every browser would reject, such as a name
 * whose prefix contradicts `domain`, `path` or `secure` (RFC 6265bis, "Cookie Name Prefixes").
 */
export function resolveCookieOptions(options: SessionCookieOptions = {}): ResolvedCookieOptions {
  assertKnownOptions('@store/session', options, cookieOptionNames, 'cookie', { hints: misplacedOptions });
  if (isBuiltIn(options)) throw refuse('cookie', 'an object of options', options);
  const { domain, path = '/', sameSite = 'lax', secure = true, partitioned = false } = options;
  const { priority = 'high', expireOnClose = false, chunks = 1, maxHeaderSize = 12_288 } = options;
  const ownHost = domain === undefined && path === '/';
  const { name = secure ? (ownHost ? '__Host-session' : '__Secure-session') : 'session' } = options;
  const { insecureOnLoopback = options.secure === undefined && isDevelopment() } = options;

  if (typeof name !== 'string' || !token.test(name))
    throw refuse('cookie.name', 'a cookie name (RFC 6265)', name);
  if (
    domain !== undefined &&
    (typeof domain !== 'string' || !domainName.test(domain) || addressEnd.test(domain))
  )
    throw refuse(
      'cookie.domain',
      'a domain name such as example.com: no IP address, scheme, port or path',
      domain,
    );
  if (typeof path !== 'string' || !pathValue.test(path))
    throw refuse('cookie.path', 'a path that begins with /, without query or semicolon', path);
  if (unmatchedPath.test(path))
    throw refuse('cookie.path', 'a literal, percent-encoded URL path: patterns are not supported', path);
  oneOf('cookie.sameSite', sameSite, ['strict', 'lax', 'none']);
  oneOf('cookie.priority', priority, ['low', 'medium', 'high']);
  for (const [option, value] of Object.entries({ secure, partitioned, expireOnClose, insecureOnLoopback })) {
    if (typeof value !== 'boolean') throw refuse(`cookie.${option}`, 'true or false', value);
  }
  assertName(name, ownHost);
  if (!secure) {
    const needs = (option: string) =>
      refuse(`cookie.${option}`, 'left out with secure: false, because it requires Secure', option);
    if (prefixed.test(name)) throw needs('name');
    if (sameSite === 'none') throw needs('sameSite');
    if (partitioned) throw needs('partitioned');
    if (options.insecureOnLoopback === false)
      throw refuse(
        'cookie.insecureOnLoopback',
        'left out with secure: false, which sends the cookie without Secure everywhere',
        false,
      );
  }
  if (!Number.isInteger(chunks) || chunks < 1 || chunks > mostChunks) {
    throw refuse('cookie.chunks', `a whole number from 1 to ${mostChunks}`, chunks);
  }
  if (!Number.isInteger(maxHeaderSize) || maxHeaderSize < 1024) {
    throw refuse('cookie.maxHeaderSize', 'a whole number of bytes, 1024 or more', maxHeaderSize);
  }
  const resolved = {
    name,
    // Normalized as browsers do before they compare domains.
    domain: domain?.replace(/^\./, '').toLowerCase(),
    path,
    sameSite,
    secure,
    partitioned,
    priority,
    expireOnClose,
    chunks,
  };
  assertPossible(resolved);
  return { ...resolved, maxHeaderSize, insecureOnLoopback };
}

/** @throws {StoreError} `INVALID_OPTION` for a name that browsers reject with these options, or on some connections. */
function assertName(name: string, ownHost: boolean): void {
  const [prefix] = prefixed.exec(name) ?? [];
  if (/^__host-/i.test(name) && !ownHost)
    throw refuse('cookie.name', 'without the prefix __Host- when a domain or another path is given', name);
  if (prefix !== undefined && prefix !== '__Host-' && prefix !== '__Secure-')
    throw refuse(
      'cookie.name',
      'a name without prefix, or with __Host- or __Secure- spelled exactly like that',
      name,
    );
  // On loopback over plain http, the cookie's name is what remains without the prefix.
  const rest = name.slice(prefix?.length ?? 0);
  if (rest === '' || prefixed.test(rest)) throw refuse('cookie.name', 'a name after its one prefix', name);
}

function assertPossible({
  name,
  domain,
  path,
  sameSite,
  secure,
  partitioned,
  priority,
}: Partial<ResolvedCookieOptions>): void {
  let made: string;
  try {
    made = stringifySetCookie({
      name: name as string,
      value: 'x'.repeat(43),
      httpOnly: true,
      ...(domain !== undefined && { domain }),
      ...(path !== undefined && { path }),
      ...(sameSite && { sameSite }),
      ...(secure && { secure }),
      ...(partitioned && { partitioned }),
      ...(priority && { priority }),
    });
  } catch (cause) {
    throw new StoreError(
      'INVALID_OPTION',
      '[@store/session] The `cookie` options do not form a valid cookie. See the cause for the invalid attribute.',
      { cause },
    );
  }
  if (made.length > 1024)
    throw refuse('cookie', 'a name, domain and path of 1024 characters at most', 'x'.repeat(made.length));
}

function oneOf(option: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  throw refuse(option, allowed.map((each) => `'${each}'`).join(' or '), value);
}

function refuse(option: string, takes: string, got: unknown): StoreError {
  return invalidOption('@store/session', option, takes, got);
}

/** `process` is looked up, never imported, because some runtimes do not have it. */
export function isDevelopment(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const environment = process?.env?.NODE_ENV;
  return environment === 'development' || environment === 'test';
}
