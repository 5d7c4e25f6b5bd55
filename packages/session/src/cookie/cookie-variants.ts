import { type CookieAttributes, type OutgoingCookie, serializeCookie } from './outgoing-cookie.ts';

/** nginx takes 4 KiB of response headers unless it is told otherwise, and those of the application need room. */
const mostClearingBytes = 2500;
const mostClearings = 24;
/** Where the next response continues to clear. */
let turn = 0;

/** Where a request went, as far as it is known: what decides which cookies it can have carried. */
interface Target {
  readonly host: string | undefined;
  readonly path: string | undefined;
}

/**
 * The cookies that remove every variant of some names but the configured one, as far as a request can have carried it: a deletion
 * takes only the cookie of its own domain, path and partition with it.
 *
 * All for a deep URL would be more than proxies take, so each response begins with the usual ones and continues where the one
 * before left off: nobody stays locked out.
 *
 * @param target Left out where only the host itself can have set the cookie, for every path.
 */
export function clearVariants(
  names: readonly string[],
  configured: CookieAttributes,
  target: Target | undefined,
): OutgoingCookie[] {
  const isUsual = ({ path }: CookieAttributes) => path === '/' || path === configured.path;
  const cleared = otherVariants(configured, target).flatMap((options) =>
    names.map((name) => ({ name, value: '', options })),
  );
  const usual = cleared.filter(({ options }) => isUsual(options));
  const deeper = cleared.filter(({ options }) => !isUsual(options));
  const from = turn % Math.max(1, deeper.length);
  const chosen: OutgoingCookie[] = [];
  let size = 0;
  for (const each of [...usual, ...deeper.slice(from), ...deeper.slice(0, from)]) {
    size += serializeCookie(each).length + 'Set-Cookie: \r\n'.length;
    if (size > mostClearingBytes || chosen.length === mostClearings) break;
    chosen.push(each);
  }
  turn += Math.max(1, chosen.length - usual.length);
  return chosen;
}

function otherVariants(configured: CookieAttributes, target: Target | undefined): CookieAttributes[] {
  const { domain: ownDomain, partitioned: ownPartitioned = false, ...rest } = configured;
  const domains = target ? domainsOf(target.host, ownDomain) : [undefined];
  const paths = target ? pathsOf(target.path, rest.path) : ['/'];
  const variants: CookieAttributes[] = [];
  for (const path of paths)
    for (const domain of domains)
      for (const partitioned of rest.secure ? [false, true] : [false]) {
        if (domain === ownDomain && path === rest.path && partitioned === ownPartitioned) continue;
        variants.push({
          ...rest,
          path,
          ...(domain !== undefined && { domain }),
          ...(partitioned && { partitioned: true as const }),
          maxAge: 0,
        });
      }
  return variants;
}

/** A `Host` header without the port. */
export function hostName(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

// What is something else, no cookie can have been set for; and browsers ignore an attribute of more than 1024 characters.
const domainOfCookie = /^(?=.{1,253}$)(?:(?!-)[a-z\d_-]{1,63}(?<!-)\.)+(?!-)[a-z\d_-]{1,63}(?<!-)$/;
const pathOfCookie = /^[\x20-\x3a\x3d-\x7e]*$/;
const longestAttribute = 1024;

/** No domain, and each one that a cookie of this host can have been set for. */
function domainsOf(host: string | undefined, own: string | undefined): (string | undefined)[] {
  const name = hostName(host ?? '');
  const labels = domainOfCookie.test(name) && !/^[\d.]+$/.test(name) ? name.split('.') : [];
  const parents = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
  return [...new Set([undefined, own, ...parents])];
}

/** Each path that a cookie sent with this request can have been set for. With and without a slash at its end it is another one. */
function pathsOf(path: string | undefined, own: string): string[] {
  const whole = (path ?? '/').slice(0, longestAttribute);
  const paths = new Set([own, '/']);
  for (let at = 1; at <= whole.length; at++) {
    if (at < whole.length && whole[at] !== '/') continue;
    if (!pathOfCookie.test(whole.slice(0, at))) break;
    paths.add(whole.slice(0, at));
    if (at < whole.length) paths.add(whole.slice(0, at + 1));
  }
  return [...paths];
}
