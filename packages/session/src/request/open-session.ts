import type { SessionData } from '@store/core';
import type { SessionOptions } from '../options.ts';
import type { Session } from '../session/session.ts';
import { garbageCollection, saveLateChanges } from './background.ts';
import type { ResponseHeaders } from './cache-headers.ts';
import { commitSession } from './commit-session.ts';
import type { Committed } from './conclude.ts';
import { factsOf, type SessionSource } from './facts.ts';
import { makePeek } from './load-session.ts';
import { sessionsOf } from './sessions.ts';

/** What is known of the response, as far as it matters: 5xx writes nothing; headers the application has set are respected. */
export interface CommitResponse {
  status?: number;
  headers?: Headers | { readonly [name: string]: string | undefined };
}

/** An open session, and how to write it. */
export interface OpenedSession<Data extends object = SessionData, Flash extends object = SessionData> {
  session: Session<Data, Flash>;
  /**
   * Writes what was done to the session, before the response's headers leave. Called again, it saves what was done since,
   * and has nothing more for the response.
   *
   * @returns what the response has to carry
   * @throws {StoreError} with a `status` when it could not be written: then send an error instead of the response.
   */
  commit(response?: CommitResponse): Promise<Committed>;
}

/**
 * Opens the session of a request, without a framework; every adapter is built on this. Works for whatever has a `Request`,
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
export async function openSession<Data extends object = SessionData, Flash extends object = SessionData>(
  source: SessionSource,
  options?: SessionOptions<Data, never>,
): Promise<OpenedSession<Data, Flash>> {
  const request = await sessionsOf(options).load(source, factsOf(source), false);
  return {
    session: request.session as unknown as Session<Data, Flash>,
    async commit({ status = 200, headers } = {}) {
      if (request.journal.phase !== 'open') {
        await saveLateChanges(request);
        return { cookies: [], headers: [] };
      }
      const committed = await commitSession(request, { status, headers: readHeaders(headers) });
      void garbageCollection(request)?.();
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
export async function readSession<Data extends object = SessionData, Flash extends object = SessionData>(
  source: SessionSource,
  options?: SessionOptions<Data, never>,
): Promise<Session<Data, Flash>> {
  const request = await sessionsOf(options).load(source, factsOf(source), false);
  makePeek(request);
  return request.session as unknown as Session<Data, Flash>;
}

function readHeaders(headers: CommitResponse['headers']): Pick<ResponseHeaders, 'get'> {
  if (headers instanceof Headers) return { get: (name) => headers.get(name) ?? undefined };
  if (headers === undefined) return { get: () => undefined };
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { get: (name) => byName.get(name.toLowerCase()) };
}
