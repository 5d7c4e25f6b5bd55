import type { IncomingMessage } from 'node:http';
import type { CookieFacts } from '../cookie/session-cookie.ts';
import { unsupported } from '../session/strict-session.ts';
import { requestsIn } from './inner-request.ts';

/**
 * What a session can be opened from: a request of either kind, its headers, or the text of its `Cookie` header.
 *
 * @example
 * import { startSession } from '@store/core/memory';
 * import { readSession, type SessionSource } from '@store/session';
 *
 * await startSession();
 * const userOf = async (source: SessionSource) => (await readSession(source)).subject;
 * await userOf(new Request('https://shop.example/')); // undefined
 * await userOf('__Host-session=unknown'); // undefined
 */
export type SessionSource = Request | Headers | IncomingMessage | string;

/** What the session of a request depends on. */
export interface RequestFacts extends CookieFacts {
  readonly method: string;
  /** A header's value; `undefined` when there is none. */
  header(name: string): string | undefined;
}

/** Facts that a source may not contain. */
export interface KnownFacts {
  host?: string | undefined;
  https?: boolean | undefined;
}

/** Extracts the facts from a source. Facts known from elsewhere take precedence. */
export function factsOf(source: SessionSource, { host, https }: KnownFacts = {}): RequestFacts {
  const facts = factsIn(source);
  if (host === undefined && https === undefined) return facts;
  return {
    method: facts.method,
    cookieHeader: facts.cookieHeader,
    path: facts.path,
    host: host ?? facts.host,
    https: https ?? facts.https,
    isPlainHttp: https === undefined ? facts.isPlainHttp : !https,
    header: (name) => facts.header(name),
  };
}

function factsIn(source: SessionSource): RequestFacts {
  if (typeof source === 'string') return new TextFacts(source);
  for (const each of requestsIn(source)) {
    const { headers, getSetCookie } = each as { headers?: unknown; getSetCookie?: unknown };
    if (typeof (headers as Headers | undefined)?.get === 'function') return new FetchFacts(each as Request);
    if (typeof headers === 'object' && headers !== null) return new NodeFacts(each as IncomingMessage);
    // `Map`s and many contexts have `get` too; only headers have `getSetCookie`.
    if (typeof getSetCookie === 'function') return new HeadersFacts(each as Headers);
  }
  throw unsupported(
    'A session cannot be opened from this value. Pass a Request, its Headers, Node’s IncomingMessage, or the text of the Cookie header.',
  );
}

class TextFacts implements RequestFacts {
  readonly method = 'GET';
  readonly host = undefined;
  readonly https = true;
  readonly isPlainHttp = false;
  readonly path = undefined;
  readonly cookieHeader: string;

  constructor(cookieHeader: string) {
    this.cookieHeader = cookieHeader;
  }

  header(): undefined {
    return undefined;
  }
}

class HeadersFacts implements RequestFacts {
  readonly method: string = 'GET';
  readonly #headers: Headers;

  constructor(headers: Headers) {
    this.#headers = headers;
  }

  get cookieHeader(): string | null {
    return this.#headers.get('Cookie');
  }
  get host(): string | undefined {
    return this.header('Host');
  }
  get https(): boolean {
    return isForwardedHttps(this.header('X-Forwarded-Proto'));
  }
  get isPlainHttp(): boolean {
    return this.header('X-Forwarded-Proto') !== undefined && !this.https;
  }
  get path(): string | undefined {
    return undefined;
  }
  header(name: string): string | undefined {
    return this.#headers.get(name) ?? undefined;
  }
}

/** Facts of a web-standard request. Its URL is absolute and normalized, so it need not be parsed again. */
export class FetchFacts extends HeadersFacts {
  readonly #url: string;
  override readonly method: string;

  constructor(request: Request) {
    super(request.headers);
    this.#url = request.url;
    this.method = request.method;
  }

  override get host(): string | undefined {
    return this.#url.split('/', 3)[2];
  }
  override get https(): boolean {
    return this.#url.startsWith('https:') || super.https;
  }
  override get isPlainHttp(): boolean {
    return !this.https;
  }
  override get path(): string {
    const from = this.#url.indexOf('/', this.#url.indexOf('//') + 2);
    return from < 0 ? '/' : this.#url.slice(from).split(/[?#]/, 1)[0] || '/';
  }
}

/** Facts of a Node request; HTTP/2 has the host in `:authority`. */
export class NodeFacts implements RequestFacts {
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  get method(): string {
    return this.#request.method ?? 'GET';
  }
  get cookieHeader(): string | undefined {
    return this.#request.headers?.cookie;
  }
  get host(): string | undefined {
    return this.header(':authority') ?? this.#request.headers?.host;
  }
  get https(): boolean {
    const socket = this.#request.socket as { encrypted?: boolean } | undefined;
    // On Bun, plain sockets have this property too, as false.
    return socket?.encrypted === true || isForwardedHttps(this.header('x-forwarded-proto'));
  }
  get isPlainHttp(): boolean {
    return !this.https;
  }
  get path(): string | undefined {
    // Below a mount point, frameworks shorten `url` and keep the full URL in `originalUrl`.
    const { originalUrl, url } = this.#request as IncomingMessage & { originalUrl?: string };
    const whole = originalUrl ?? url;
    return whole?.startsWith('/') ? whole.split(/[?#]/, 1)[0] : undefined;
  }
  header(name: string): string | undefined {
    const value = this.#request.headers?.[name.toLowerCase()];
    return Array.isArray(value) ? value[0] : value;
  }
}

/** Whether a proxy says that the client used https. Trusted from any sender, since it can only make a cookie stricter. */
function isForwardedHttps(header: string | undefined): boolean {
  return header !== undefined && /^\s*https\s*(?:,|$)/i.test(header);
}
