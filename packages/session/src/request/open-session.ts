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

/**
 * Session options, and facts that the source of a session may not contain.
 *
 * @example
 * import { startSession } from '@store/core/memory';
 * import { type OpenOptions, openSession } from '@store/session';
 *
 * await startSession();
 * const options: OpenOptions = { host: 'shop.example', https: true };
 * const { session } = await openSession('', options);
 * session.isNew; // true
 */
export interface OpenOptions<Data extends object = AppData> extends SessionOptions<Data, never> {
  /** The request's host, used to recognize plain http on loopback. Not known from the text of a `Cookie` header. @default from the source */
  host?: string;
  /** Whether the client used https. Assumed for the text of a `Cookie` header. @default from the source */
  https?: boolean;
  /** Keeps the runtime alive for garbage collection after `commit`. @default none: nothing waits for that work */
  waitUntil?: WaitUntil;
}

/**
 * The parts of the response that matter: a 5xx status writes nothing; headers set by the application are respected.
 *
 * @example
 * import { startSession } from '@store/core/memory';
 * import { type CommitResponse, openSession } from '@store/session';
 *
 * await startSession();
 * const { session, commit } = await openSession('');
 * session.set('name', 'Ada');
 * const failed: CommitResponse = { status: 500 };
 * const { cookies } = await commit(failed);
 * cookies; // []: nothing was written
 */
export interface CommitResponse {
  status?: number;
  headers?: Headers | { readonly [name: string]: string | undefined };
}

/**
 * An open session, and how to write it.
 *
 * @example
 * import { startSession } from '@store/core/memory';
 * import { type OpenedSession, openSession } from '@store/session';
 *
 * await startSession();
 * const signIn = async ({ session, commit }: OpenedSession, userId: string) => {
 *   session.setSubject(userId);
 *   return (await commit()).headers;
 * };
 * await signIn(await openSession(''), 'user-7'); // [['Set-Cookie', '__Host-session=…'], …]
 */
export interface OpenedSession<Data extends object = AppData, Flash extends object = AppFlash> {
  session: Session<Data, Flash>;
  /**
   * Writes the session's changes; call it before the response's headers are sent. A second call saves later changes and returns
   * nothing more for the response; after a failure it fails again, except for a 5xx.
   *
   * @returns what the response has to carry
   * @throws {StoreError} with a `status` when the session could not be written: then send an error instead of the response.
   */
  commit(response?: CommitResponse): Promise<Committed>;
}

/**
 * Opens the session of a request, without a framework. Works with a `Request`, `Headers`, an `IncomingMessage` or the text of a
 * `Cookie` header.
 *
 * Without a cookie, the session is new and the store is not called. If the session is missing, expired or ended, a new one with
 * a new id is opened.
 *
 * @throws {StoreError} with a `status`: `NO_STORE`; `UNAVAILABLE` when the store failed; `INVALID_OPTION`.
 * @example
 * import { startSession } from '@store/core/memory';
 * import { openSession } from '@store/session';
 *
 * await startSession();
 * const { session, commit } = await openSession<{ visits: number }>(new Request('https://shop.example/'));
 * session.update('visits', (visits = 0) => visits + 1);
 * const { headers } = await commit();
 * const response = new Response(`Visit ${session.get('visits')}`);
 * for (const [name, value] of headers) response.headers.append(name, value);
 * response.headers.getSetCookie(); // ['__Host-session=…']
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
 * Reads a request's session without changing anything, for example for WebSocket upgrades and server components. The idle period is not
 * restarted, flash is not consumed, writes throw `UNSUPPORTED`, and `reload` reads again.
 *
 * @throws {StoreError} as {@link openSession}
 * @example
 * import { startSession } from '@store/core/memory';
 * import { createTestSession, readSession } from '@store/session';
 *
 * const store = await startSession();
 * const cookie = await createTestSession(store, { name: 'Ada' }, { subject: 'user-7' });
 * const session = await readSession(new Request('https://shop.example/', { headers: { cookie } }));
 * session.subject; // 'user-7'
 * session.get('name'); // 'Ada'
 */
export async function readSession<Data extends object = AppData, Flash extends object = AppFlash>(
  source: SessionSource,
  options: OpenOptions<Data> = {},
): Promise<Session<Data, Flash>> {
  const request = await open(source, options, 'readSession(request, options)');
  makePeek(request);
  return request.session as unknown as Session<Data, Flash>;
}

/** Additional options of the functions in this file. */
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
  // Node's `getHeaders()` contains lists and numbers too.
  const byName = new Map<string, unknown>(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const valuesOf = (name: string) => [byName.get(name.toLowerCase()) ?? []].flat().map(String);
  return {
    get: (name) => valuesOf(name).join(', ') || undefined,
    getSetCookie: () => valuesOf('Set-Cookie'),
  };
}
