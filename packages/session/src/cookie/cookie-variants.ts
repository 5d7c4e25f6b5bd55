import { parseSetCookie } from 'cookie';
import { type CookieAttributes, type OutgoingCookie, serializeCookie } from './outgoing-cookie.ts';

/** By default, nginx accepts 4 KiB of response headers, and the application's headers need room too. */
const mostClearingBytes = 2500;
const mostClearings = 24;
/** More than real sites have, and few enough to enumerate on any request. */
const mostDomains = 8;
const mostPaths = 64;

/** A request's target, as far as it is known: it determines which cookies the request could have carried. */
interface Target {
  readonly host: string | undefined;
  readonly path: string | undefined;
}

/** What distinguishes cookies with the same name. */
type Scope = Pick<CookieAttributes, 'domain' | 'path' | 'partitioned'>;

/** Where the next response resumes clearing. */
const next = { usual: 0, deeper: 0 };

/**
 * The cookies that remove every variant of the given names that the request could have carried, except the configured one: a
 * deletion removes only the cookie with the same domain, path and partition.
 *
 * For a deep URL, all of them would exceed what proxies accept, so each response continues where the previous one left off, and
 * visitors do not stay locked out.
 *
 * @param target Omitted if only the host itself could have set the cookie, and only for all paths.
 * @param alongside Cookies that need room in the same response.
 */
export function clearVariants(
  names: readonly string[],
  configured: CookieAttributes,
  target: Target | undefined,
  alongside: readonly OutgoingCookie[] = [],
): OutgoingCookie[] {
  const scopes = otherScopes(configured, target);
  const isUsual = ({ path }: Scope) => path === '/' || path === configured.path;
  const usual = scopes.filter(isUsual);
  const deeper = scopes.filter((scope) => !isUsual(scope));
  const { domain: _domain, partitioned: _partitioned, ...rest } = configured;
  let room = mostClearingBytes - alongside.reduce((sum, each) => sum + sizeOf(each), 0);

  const chosen: OutgoingCookie[] = [];
  /** Adds as many as fit, starting where the last response stopped. @returns how many */
  const add = (ring: readonly Scope[], from: number, most: number): number => {
    const total = ring.length * names.length;
    for (let count = 0; count < total; count++) {
      const index = (from + count) % total;
      const scope = ring[Math.floor(index / names.length)] as Scope;
      const name = names[index % names.length] as string;
      const cookie = { name, value: '', options: { ...rest, ...scope, maxAge: 0 } };
      const size = sizeOf(cookie);
      // Always at least one, however little room is left, so that clearing makes progress.
      if ((size > room || chosen.length === most) && chosen.length > 0) return count;
      chosen.push(cookie);
      room -= size;
    }
    return total;
  };
  // The deeper paths get a turn even if the usual ones do not all fit.
  next.usual += add(usual, next.usual, deeper.length > 0 ? mostClearings / 2 : mostClearings);
  next.deeper += add(deeper, next.deeper, mostClearings);
  return chosen;
}

function sizeOf(cookie: OutgoingCookie): number {
  return 'Set-Cookie: \r\n'.length + serializeCookie(cookie).length;
}

function otherScopes(configured: CookieAttributes, target: Target | undefined): Scope[] {
  const domains = target ? domainsOf(target.host, configured.domain) : [undefined];
  const paths = target ? pathsOf(target.path, configured.path) : ['/'];
  const scopes: Scope[] = [];
  for (const path of paths)
    for (const domain of domains)
      for (const partitioned of configured.secure ? [false, true] : [false]) {
        const isConfigured =
          domain === configured.domain &&
          path === configured.path &&
          partitioned === (configured.partitioned === true);
        if (!isConfigured)
          scopes.push({
            path,
            ...(domain !== undefined && { domain }),
            ...(partitioned && { partitioned: true as const }),
          });
      }
  return scopes;
}

/** The host name of a `Host` header, without the port. */
export function hostName(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

// No cookie can have a domain or path that fails these patterns, and browsers ignore attributes longer than 1024 characters.
const domainOfCookie = /^(?=.{1,253}$)(?:(?!-)[a-z\d_-]{1,63}(?<!-)\.)+(?!-)[a-z\d_-]{1,63}(?<!-)$/;
const pathOfCookie = /^[\x20-\x3a\x3d-\x7e]*$/;
const longestAttribute = 1024;

/** Each domain that a cookie for this host can have, including none. */
function domainsOf(host: string | undefined, own: string | undefined): (string | undefined)[] {
  const name = hostName(host ?? '');
  const labels = domainOfCookie.test(name) && !/^[\d.]+$/.test(name) ? name.split('.') : [];
  const parents = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
  return [...new Set([undefined, own, ...parents.slice(-mostDomains)])];
}

/** Each path that a cookie sent with this request can have. A trailing slash makes it a different path. */
function pathsOf(path: string | undefined, own: string): string[] {
  const whole = (path ?? '/').slice(0, longestAttribute);
  const paths = new Set([own, '/']);
  for (let at = 1; at <= whole.length && paths.size < mostPaths; at++) {
    if (at < whole.length && whole[at] !== '/') continue;
    if (!pathOfCookie.test(whole.slice(0, at))) break;
    paths.add(whole.slice(0, at));
    if (at < whole.length) paths.add(whole.slice(0, at + 1));
  }
  return [...paths];
}

/** Whether a `Set-Cookie` line has this domain, path and partition, whatever its name. */
export function isSameScope(line: string, { domain, path, partitioned }: Scope): boolean {
  const cookie = parseSetCookie(line);
  return (
    cookie.domain?.replace(/^\./, '').toLowerCase() === domain &&
    cookie.path === path &&
    (cookie.partitioned === true) === (partitioned === true)
  );
}

/** The `Cookie` header that a browser sends for a cookie and its pieces after receiving these `Set-Cookie` lines. */
export function cookieHeaderOf(
  lines: readonly string[],
  { name, attributes }: { name: string; attributes: Scope },
): string {
  const pairs = new Map<string, string>();
  for (const line of lines) {
    if (!line.startsWith(name) || !isSameScope(line, attributes)) continue;
    const pair = line.split(';', 1)[0] as string;
    const given = pair.slice(0, pair.indexOf('='));
    if (/;\s*max-age=0/i.test(line)) pairs.delete(given);
    else pairs.set(given, pair);
  }
  return [...pairs.values()].join('; ');
}
