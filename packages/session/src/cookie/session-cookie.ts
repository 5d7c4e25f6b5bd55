import type { SessionContent } from '@store/core';
import { chunkNames, joinChunks, splitValue } from './chunks.ts';
import type { ResolvedCookieOptions } from './cookie-options.ts';
import { assertCookieFits, assertSumFits } from './cookie-size.ts';
import { clearVariants, cookieHeaderOf, hostName } from './cookie-variants.ts';
import type { DroppedCookieReason } from './dropped-cookie.ts';
import { type CookieAttributes, type OutgoingCookie, serializeCookie } from './outgoing-cookie.ts';
import { readCookie } from './read-cookie.ts';

/** The facts of a request that decide which session cookie it sent, and which one it can receive. */
export interface CookieFacts {
  readonly cookieHeader: string | null | undefined;
  /** The `Host` header. */
  readonly host: string | undefined;
  /** Whether the client used https, directly or to a proxy. */
  readonly https: boolean;
  /** Whether the request is known to have used plain http: headers alone may not show it. */
  readonly isPlainHttp: boolean;
  /** The path of the request's URL; `undefined` when unknown, in which case the request counts as inside the cookie's `path`. */
  readonly path: string | undefined;
}

/** The name of the cookie without Secure: browsers reject such a cookie if its name has a prefix. */
export function insecureName(name: string): string {
  return name.replace(/^__(?:Host|Secure)-/i, '');
}

/**
 * Two cookies can share a `__Host-` name, a partitioned one and an unpartitioned one; other names allow one for each domain and
 * path. Every look-up costs a store call, so a forged header must not cause many.
 */
const mostOfOwnHost = 2;
const mostCandidates = 6;
/** The session cookie of an application: one variant with Secure and, where the options allow it, one without. */
export class SessionCookies {
  readonly options: ResolvedCookieOptions;
  readonly #secure: CookieVariant;
  readonly #plain: CookieVariant;

  constructor(options: ResolvedCookieOptions) {
    this.options = options;
    this.#secure = createVariant(options, options.secure);
    this.#plain = options.insecureOnLoopback ? createVariant(options, false) : this.#secure;
  }

  /**
   * The cookie lacks Secure only on a loopback host, over http, and where the options allow it: a proxy that sends
   * `Host: 127.0.0.1` must not downgrade production.
   */
  receive(facts: CookieFacts): RequestCookie {
    const variant =
      this.#plain !== this.#secure && !facts.https && isLoopback(facts.host) ? this.#plain : this.#secure;
    return new RequestCookie(this.options, variant, facts);
  }
}

/** A cookie's name and attributes, with or without Secure. */
interface CookieVariant {
  name: string;
  attributes: CookieAttributes;
}

function createVariant(options: ResolvedCookieOptions, secure: boolean): CookieVariant {
  const { domain, path, sameSite, partitioned, priority } = options;
  return {
    name: secure ? options.name : insecureName(options.name),
    attributes: {
      path,
      httpOnly: true,
      // Browsers reject None and Partitioned without Secure.
      sameSite: secure || sameSite !== 'none' ? sameSite : 'lax',
      priority,
      ...(secure && { secure }),
      ...(domain !== undefined && (secure || !options.secure) && { domain }),
      ...(secure && partitioned && { partitioned }),
    },
  };
}

/** The session cookie of one request: what was received, and what can be sent. */
export class RequestCookie {
  readonly #options: ResolvedCookieOptions;
  readonly #variant: CookieVariant;
  readonly #facts: CookieFacts;
  /** The values that may be the session's; more than one only when cookies for several domains, paths or partitions were sent. */
  readonly candidates: readonly string[];
  /** Whether any cookie with this name was received, even one that holds no session. */
  readonly hasCookie: boolean;
  /** Names of the pieces that were received, to be removed when they are no longer needed. */
  readonly #pieces: readonly string[] = [];
  /** Whether more cookies with this name were received than are looked up, so the session may be among the rest. */
  readonly isAmbiguous: boolean;

  constructor(options: ResolvedCookieOptions, variant: CookieVariant, facts: CookieFacts) {
    this.#options = options;
    this.#variant = variant;
    this.#facts = facts;
    const { cookieHeader } = facts;
    const whole = readCookie(cookieHeader, variant.name);
    const most = this.isOwnHost ? mostOfOwnHost : mostCandidates;
    let candidates = whole;
    let isDoubled = false;
    if (options.chunks > 1) {
      const joined = joinChunks(cookieHeader, variant.name);
      this.#pieces = joined.names;
      isDoubled = joined.isDoubled;
      // An unsplit cookie can be planted alongside the pieces, or come from a parallel response.
      if (joined.value !== undefined) candidates = [joined.value, ...whole];
    }
    this.isAmbiguous = isDoubled || candidates.length > most;
    if (candidates.length > most) candidates = candidates.slice(0, most);
    this.candidates = candidates;
    // Pieces that do not fit together are still our cookie, which `invalidate()` has to remove.
    this.hasCookie = candidates.length > 0 || this.#pieces.length > 0;
  }

  get expireOnClose(): boolean {
    return this.#options.expireOnClose;
  }

  /** Whether the name has the prefix `__Host-`, so that no other host and no other path can set the cookie. */
  get isOwnHost(): boolean {
    return this.#variant.name.startsWith('__Host-');
  }

  /** Whether the request is outside the cookie's `path`: browsers would store a cookie set here, but never send it back. */
  get isOutsidePath(): boolean {
    const { path } = this.#facts;
    const scope = this.#options.path;
    if (path === undefined || scope === '/') return false;
    return !(path === scope || path.startsWith(scope.endsWith('/') ? scope : `${scope}/`));
  }

  /** This cookie as a browser would send it after receiving these `Set-Cookie` lines; `undefined` when none of them is for it. */
  withSetCookies(lines: readonly string[]): RequestCookie | undefined {
    const received = cookieHeaderOf(lines, this.#variant);
    if (received === '') return undefined;
    const cookieHeader = `${received}; ${this.#facts.cookieHeader ?? ''}`;
    const { host, https, isPlainHttp, path } = this.#facts;
    return new RequestCookie(this.#options, this.#variant, { cookieHeader, host, https, isPlainHttp, path });
  }

  /** Hashes of sessions that ended in this browser, from the marker cookie. */
  get endedHashes(): readonly string[] {
    const markers = readCookie(this.#facts.cookieHeader, this.#markerName);
    // Another site may have planted a marker alongside ours.
    return markers.flatMap((marker) => marker.split('.')).filter((hash) => /^[\w-]{22}$/.test(hash));
  }

  /** The marker cookie that remembers ended sessions for this many seconds. */
  createMarker(hashes: readonly string[], maxAge: number): OutgoingCookie {
    return this.#make(this.#markerName, hashes.join('.'), maxAge);
  }

  get #markerName(): string {
    return `${this.#variant.name}-ended`;
  }

  /**
   * Why browsers will drop the cookie, as far as the request shows.
   *
   * @param forwardedHost The `X-Forwarded-Host` header, in which a proxy passes on the host that the browser requested.
   */
  reasonDropped(forwardedHost: string | undefined): DroppedCookieReason | undefined {
    const { isPlainHttp, host } = this.#facts;
    const { secure, domain } = this.#variant.attributes;
    if (secure === true && isPlainHttp && !isLoopback(host)) return 'secure-cookie-over-http';
    const asked = forwardedHost?.split(',', 1)[0]?.trim() || host;
    if (domain === undefined || asked === undefined) return undefined;
    const name = hostName(asked);
    return name === domain || name.endsWith(`.${domain}`) ? undefined : 'domain-of-another-host';
  }

  /**
   * The cookies that set a value: one, or one per piece if the value is too large and may be split, plus a deletion for every cookie
   * or piece that is no longer needed.
   *
   * @param maxAge Seconds the browser keeps them; `undefined` means until the browser closes.
   * @throws {StoreError} `TOO_LARGE` when browsers or servers would not accept them.
   */
  set(value: string, maxAge: number | undefined, content?: SessionContent): OutgoingCookie[] {
    const { chunks, maxHeaderSize } = this.#options;
    const whole = this.#make(this.#variant.name, value, maxAge);
    // A session id always fits; sealed content may not.
    if (content === undefined) return [whole];
    const pieces = chunks > 1 ? splitValue(whole, chunks) : undefined;
    const cookies = pieces ?? [whole];
    if (!pieces) assertCookieFits(serializeCookie(whole), content, chunks);
    assertSumFits(cookies, maxHeaderSize, content);
    const used = new Set(cookies.map(({ name }) => name));
    const stale = [this.#variant.name, ...this.#pieces].filter((name) => !used.has(name) && this.#came(name));
    return [...cookies, ...stale.map((name) => this.#clear(name, this.#variant.attributes))];
  }

  /**
   * The cookies that remove the session cookie. If several were received, they include one for each variant that this request could
   * have carried, because a deletion removes only the cookie with the same domain, path and partition.
   *
   * @param everyVariant Whether to remove every variant even when only one was received.
   */
  clear(everyVariant = false): OutgoingCookie[] {
    const names = new Set([this.#variant.name, ...this.#pieces]);
    if (this.#options.chunks > 1)
      for (const name of chunkNames(this.#variant.name, this.#options.chunks)) names.add(name);
    const own = [...names].map((name) => this.#clear(name, this.#variant.attributes));
    return everyVariant || this.candidates.length > 1 ? [...own, ...this.clearOthers(own)] : own;
  }

  /**
   * The cookies that remove the variants of this name, other than the configured one, that this request could have carried.
   *
   * @param alongside Other cookies in the same response, which need room too.
   */
  clearOthers(alongside: readonly OutgoingCookie[] = []): OutgoingCookie[] {
    const { name, attributes } = this.#variant;
    const target = this.isOwnHost ? undefined : this.#facts;
    return clearVariants([name, ...this.#pieces], attributes, target, alongside);
  }

  #came(name: string): boolean {
    return name === this.#variant.name ? readCookie(this.#facts.cookieHeader, name).length > 0 : true;
  }

  #make(name: string, value: string, maxAge: number | undefined): OutgoingCookie {
    const { attributes } = this.#variant;
    return { name, value, options: maxAge === undefined ? attributes : { ...attributes, maxAge } };
  }

  #clear(name: string, attributes: CookieAttributes): OutgoingCookie {
    return { name, value: '', options: { ...attributes, maxAge: 0, expires: new Date(0) } };
  }
}

/**
 * Whether a `Host` header names this machine: `localhost` and its subdomains, 127.0.0.0/8, `[::1]` (RFC 6761 §6.3).
 *
 * The client or a proxy controls the header, so this alone never decides anything.
 */
function isLoopback(host: string | undefined): boolean {
  if (!host) return false;
  const name = hostName(host);
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])$/.test(name);
}
