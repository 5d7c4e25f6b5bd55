import { StoreError } from '@store/core';
import { assertKnownOptions, invalidOption } from '@store/core/driver';
import { stringifySetCookie } from 'cookie';

/** How the session cookie looks. It is always HttpOnly, and lives as long as its session. */
export interface SessionCookieOptions {
  /**
   * The cookie's name. A name that begins with `__Host-` allows no `domain` and no `path`.
   * @default '__Host-session'; '__Secure-session' with a `domain` or another `path`; 'session' with `secure: false`
   */
  name?: string;
  /** The domain whose subdomains share the session, without scheme or port. @default none: this host only */
  domain?: string;
  /** The path below which the cookie is sent. Requests outside it get no cookie. @default '/' */
  path?: string;
  /** Whether other sites' requests carry the cookie. @default 'lax' */
  sameSite?: 'strict' | 'lax' | 'none';
  /**
   * `false`: no Secure, for plain http on a network you trust. Browsers then send the cookie unencrypted.
   * @default true, but see `insecureOnLoopback`
   */
  secure?: boolean;
  /** Whether an embedded site gets a cookie of its own per embedding site (CHIPS). @default false */
  partitioned?: boolean;
  /** Which cookies a browser evicts first when a domain has too many: `high` survives a flood. @default 'high' */
  priority?: 'low' | 'medium' | 'high';
  /** Whether the cookie ends when the browser closes, unless `setLifetime` says otherwise. @default false: it lives as long as the session */
  expireOnClose?: boolean;
  /** Maximum number of cookies (`name.0`, `name.1`, …) a sealed session may be split across, at most 8. @default 1: never split */
  chunks?: number;
  /**
   * Maximum bytes of a session's cookies together, as the browser sends them back. Node takes 16 KiB of request headers in
   * all, other servers 8. @default 12_288
   */
  maxHeaderSize?: number;
  /**
   * Whether plain http on a loopback host gets a cookie without Secure and without a name prefix, so that development works.
   * @default true when NODE_ENV is development or test
   */
  insecureOnLoopback?: boolean;
}

/** Cookie options with the defaults filled in. */
export type ResolvedCookieOptions = Required<Omit<SessionCookieOptions, 'domain'>> & {
  domain: string | undefined;
};

const known = [
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
] as const;

/** The most cookies that one value is split across. */
export const mostChunks = 8;

const token = /^[\w!#$%&'*+.^`|~-]+$/;
// With a dot: browsers refuse a top-level domain, and what has none is the host's own name, for which no domain is needed.
const domainName = /^\.?(?!-)[a-z\d_-]+(?:\.[a-z\d_-]+)+$/i;
const pathValue = /^\/[^?#;\0-\x20\x7f-\uffff]*$/;

/**
 * Checks the options, fills in the defaults and makes one cookie with them.
 *
 * @throws {StoreError} `INVALID_OPTION` naming the option; also for a combination that every browser would refuse, such as a
 * name whose prefix contradicts `domain`, `path` or `secure` (RFC 6265bis, "Cookie Name Prefixes").
 */
export function resolveCookieOptions(options: SessionCookieOptions = {}): ResolvedCookieOptions {
  if (typeof options !== 'object' || options === null) throw refuse('cookie', 'an object', options);
  assertKnownOptions('@store/session', options, known, 'cookie');
  const { domain, path = '/', sameSite = 'lax', secure = true, partitioned = false } = options;
  const { priority = 'high', expireOnClose = false, chunks = 1, maxHeaderSize = 12_288 } = options;
  const ownHost = domain === undefined && path === '/';
  const { name = secure ? (ownHost ? '__Host-session' : '__Secure-session') : 'session' } = options;
  const { insecureOnLoopback = options.secure === undefined && isDevelopment() } = options;

  if (typeof name !== 'string' || !token.test(name))
    throw refuse('cookie.name', 'a cookie name (RFC 6265)', name);
  if (domain !== undefined && (typeof domain !== 'string' || !domainName.test(domain))) {
    throw refuse('cookie.domain', 'a domain name such as example.com, without scheme, port or path', domain);
  }
  if (typeof path !== 'string' || !pathValue.test(path)) {
    throw refuse('cookie.path', 'a path that begins with /, without query or semicolon', path);
  }
  oneOf('cookie.sameSite', sameSite, ['strict', 'lax', 'none']);
  oneOf('cookie.priority', priority, ['low', 'medium', 'high']);
  for (const [option, value] of Object.entries({ secure, partitioned, expireOnClose, insecureOnLoopback })) {
    if (typeof value !== 'boolean') throw refuse(`cookie.${option}`, 'true or false', value);
  }
  if (/^__host-/i.test(name) && !ownHost) {
    throw refuse('cookie.name', 'without the prefix __Host- when a domain or another path is given', name);
  }
  if (!secure) {
    const needs = (option: string) =>
      refuse(`cookie.${option}`, 'left out with secure: false, since browsers want Secure for it', option);
    if (/^__(?:host|secure)-/i.test(name)) throw needs('name');
    if (sameSite === 'none') throw needs('sameSite');
    if (partitioned) throw needs('partitioned');
  }
  if (!Number.isInteger(chunks) || chunks < 1 || chunks > mostChunks) {
    throw refuse('cookie.chunks', `a whole number from 1 to ${mostChunks}`, chunks);
  }
  if (!Number.isInteger(maxHeaderSize) || maxHeaderSize < 1024) {
    throw refuse('cookie.maxHeaderSize', 'a whole number of bytes, 1024 or more', maxHeaderSize);
  }
  const resolved = { name, domain, path, sameSite, secure, partitioned, priority, expireOnClose, chunks };
  assertPossible(resolved);
  return { ...resolved, maxHeaderSize, insecureOnLoopback };
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
      '[@store/session] No cookie can be made with the `cookie` options. See the cause for the attribute that is wrong.',
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

/** Looked up, never imported, since some runtimes have no `process`. */
export function isDevelopment(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const environment = process?.env?.NODE_ENV;
  return environment === 'development' || environment === 'test';
}
