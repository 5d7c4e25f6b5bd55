import { assertOptions, assertResponse } from '../arguments.ts';
import { assertPartialOptions, type PartialOption, type SessionOptions, type WaitUntil } from '../options.ts';
import type { Session } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';
import { garbageCollection, saveLateChanges } from './background.ts';
import type { ReadableHeaders } from './cache-headers.ts';
import { commitSession } from './commit-session.ts';
import { type Committed, nothing } from './conclude.ts';
import { factsOf, type SessionSource } from './facts.ts';
import { makePeek } from './load-session.ts';
import type { RequestSession } from './request-session.ts';
import { sessionsOf } from './sessions.ts';

/** Session options, and what the source of a session may not tell. */
export interface OpenOptions<Data extends object = AppData> extends SessionOptions<Data, never> {
  /** The request's host, by which plain http on loopback is recognized. The text of a header does not say. @default what the source says */
  host?: string;
  /** Whether the client came by https. With the text of a header that is taken for granted. @default what the source says */
  https?: boolean;
  /** Keeps the runtime alive for garbage collection after `commit`. @default the work runs on its own */
  waitUntil?: WaitUntil;
}

/** What is known of the response, as far as it matters: 5xx writes nothing; headers the application has set are respected. */
export interface CommitResponse {
  status?: number;
  headers?: Headers | { readonly [name: string]: string | undefined };
}

/** An open session, and how to write it. */
export interface OpenedSession<Data extends object = AppData, Flash extends object = AppFlash> {
  session: Session<Data, Flash>;
  /**
   * Writes what was done to the session, before the response's headers leave. Called again, it saves what was done since,
   * and has nothing more for the response; after a failure it fails again, except for a 5xx.
   *
   * @returns what the response has to carry
   * @throws {StoreError} with a `status` when it could not be written: then send an error instead of the response.
   */
  commit(response?: CommitResponse): Promise<Committed>;
}

/**
 * Opens the session of a request, without a framework. Works for whatever has a `Request`,
 * `Headers`, an `IncomingMessage` or the text of a `Cookie` header.
 *
 * No cookie: a new session, and the store is not asked. Missing, expired or given up: a new session under a new id.
 *
 * @throws {StoreError} with a `status`: `NO_STORE`; `UNAVAILABLE` when the store failed; `INVALID_OPTION`.
 * @example
 * const { session, commit } = await openSession(request);
 * session.update('visits', (visits = 0) => Number(visits) + 1);
 * const { headers } = await commit();
 * const response = new Response('Welcome');
 * for (const [name, value] of headers) response.headers.append(name, value);
 */
export async function openSession<Data extends object = AppData, Flash extends object = AppFlash>(
  source: SessionSource,
  options: OpenOptions<Data> = {},
): Promise<OpenedSession<Data, Flash>> {
  const request = await open(source, options, 'openSession(request, options)');
  return {
    session: request.session as unknown as Session<Data, Flash>,
    async commit(response = {}) {
      assertResponse(response);
      const { status = 200, headers } = response;
      if (request.failure !== undefined && status < 500) throw request.failure;
      if (request.isCommitted) {
        await saveLateChanges(request);
        return nothing;
      }
      const committed = await commitSession(request, { status, headers: readHeaders(headers) });
      const collecting = garbageCollection(request)?.();
      if (collecting) options.waitUntil?.(collecting);
      return committed;
    },
  };
}

/**
 * Reads the session of a request and changes nothing: WebSocket upgrades, server components. Neither the clock nor the flash
 * is touched, writes throw `UNSUPPORTED`, and `reload` reads again.
 *
 * @throws {StoreError} as {@link openSession}
 * @example
 * const session = await readSession(request);
 * if (session.subject === undefined) socket.destroy();
 */
export async function readSession<Data extends object = AppData, Flash extends object = AppFlash>(
  source: SessionSource,
  options: OpenOptions<Data> = {},
): Promise<Session<Data, Flash>> {
  const request = await open(source, options, 'readSession(request, options)');
  makePeek(request);
  return request.session as unknown as Session<Data, Flash>;
}

/** Options that the functions here take in addition. */
const taken: readonly PartialOption[] = ['host', 'https', 'waitUntil'];

async function open<Data extends object>(
  source: SessionSource,
  options: OpenOptions<Data>,
  call: string,
): Promise<RequestSession> {
  assertOptions(options, call);
  assertPartialOptions(options, taken);
  const sessions = sessionsOf(options, taken);
  const { host, https } = options;
  return sessions.load(source, factsOf(source, { host, https }), false);
}

function readHeaders(headers: CommitResponse['headers'] = {}): ReadableHeaders {
  if (headers instanceof Headers)
    return { get: (name) => headers.get(name) ?? undefined, getSetCookie: () => headers.getSetCookie() };
  // Node's `getHeaders()` has lists and numbers, too.
  const byName = new Map<string, unknown>(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const valuesOf = (name: string) => [byName.get(name.toLowerCase()) ?? []].flat().map(String);
  return {
    get: (name) => valuesOf(name).join(', ') || undefined,
    getSetCookie: () => valuesOf('Set-Cookie'),
  };
}
