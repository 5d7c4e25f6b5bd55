import { invalidOption } from '@store/core/driver';

/** How the session cookie looks. HttpOnly, Secure and Max-Age are not for choosing. */
export interface SessionCookieOptions {
  /**
   * The cookie's name. A name that begins with `__Host-` allows no `domain` and no `path`.
   * @default '__Host-session', or '__Secure-session' with a `domain` or another `path`
   */
  name?: string;
  /** The domain whose subdomains share the session. @default none: this host only */
  domain?: string;
  /** The path below which the cookie is sent. @default '/' */
  path?: string;
  /** When other sites' requests carry the cookie. @default 'lax' */
  sameSite?: 'strict' | 'lax' | 'none';
  /** Whether an embedded site gets a cookie of its own per embedding site (CHIPS). @default false */
  partitioned?: boolean;
  /** Whether the cookie goes when the browser closes; otherwise it lives as long as the session. @default false */
  expireOnClose?: boolean;
  /**
   * How many cookies, `name.0` and on, a session may be split over that is sealed inside the cookie and too large for one. At
   * most 8; but Node takes 16 KiB of request headers in all, and other servers less. @default 1: never split
   */
  chunks?: number;
  /**
   * Whether plain http on a loopback host gets a cookie without Secure, its name without prefix, so that development works.
   * @default true when NODE_ENV is development or test
   */
  insecureOnLoopback?: boolean;
}

/** Cookie options with the defaults filled in. */
export type ResolvedCookieOptions = Required<Omit<SessionCookieOptions, 'domain'>> & {
  domain: string | undefined;
};

/** The most cookies that one value is split over. */
export const mostChunks = 8;

const token = /^[\w!#$%&'*+.^`|~-]+$/;
const attributeValue = /^[\x20-\x3a\x3c-\x7e]+$/;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {StoreError} `INVALID_OPTION` naming the option; also for a name whose prefix contradicts `domain` or `path`, which
 * every browser would refuse (RFC 6265bis, "Cookie Name Prefixes").
 */
export function resolveCookieOptions(options: SessionCookieOptions = {}): ResolvedCookieOptions {
  const { domain, path = '/', sameSite = 'lax', partitioned = false, expireOnClose = false } = options;
  const { chunks = 1 } = options;
  const ownHost = domain === undefined && path === '/';
  const { name = ownHost ? '__Host-session' : '__Secure-session' } = options;
  const { insecureOnLoopback = isDevelopment() } = options;
  const refuse = (option: string, takes: string, got: unknown) =>
    invalidOption('@store/session', `cookie.${option}`, takes, got);

  if (typeof name !== 'string' || !token.test(name)) throw refuse('name', 'a cookie name (RFC 6265)', name);
  if (/^__host-/i.test(name) && !ownHost) {
    throw refuse('name', 'without the prefix __Host- when a domain or another path is given', name);
  }
  if (domain !== undefined && (typeof domain !== 'string' || !attributeValue.test(domain))) {
    throw refuse('domain', 'a domain name', domain);
  }
  if (typeof path !== 'string' || !path.startsWith('/') || !attributeValue.test(path)) {
    throw refuse('path', 'a path that begins with /', path);
  }
  if (!['strict', 'lax', 'none'].includes(sameSite)) {
    throw refuse('sameSite', "'strict', 'lax' or 'none'", sameSite);
  }
  for (const [option, value] of Object.entries({ partitioned, expireOnClose, insecureOnLoopback })) {
    if (typeof value !== 'boolean') throw refuse(option, 'true or false', value);
  }
  if (!Number.isInteger(chunks) || chunks < 1 || chunks > mostChunks) {
    throw refuse('chunks', `a whole number from 1 to ${mostChunks}`, chunks);
  }
  return { name, domain, path, sameSite, partitioned, expireOnClose, insecureOnLoopback, chunks };
}

/** Looked up, never imported, since some runtimes have no `process`. */
function isDevelopment(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const environment = process?.env?.NODE_ENV;
  return environment === 'development' || environment === 'test';
}
