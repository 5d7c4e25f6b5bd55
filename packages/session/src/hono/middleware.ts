import type { Context, MiddlewareHandler } from 'hono';
import { assertOptions } from '../arguments.ts';
import { abandon, finish } from '../fetch/handler.ts';
import type { SessionOptions } from '../options.ts';
import { cancelStream, removePageHeaders } from '../request/abandoned-page.ts';
import { claimRequest, discardChanges, isClaimed, shareRecord } from '../request/attached-session.ts';
import { FetchFacts } from '../request/facts.ts';
import type { RequestSession } from '../request/request-session.ts';
import { createSessions } from '../request/sessions.ts';
import type { Session } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';

/**
 * The options of {@link sessionMiddleware}.
 *
 * @example
 * import { type HonoSessionOptions, sessionMiddleware } from '@store/session/hono';
 *
 * const options: HonoSessionOptions = { peek: (request) => request.url.endsWith('/feed') };
 * const middleware = sessionMiddleware(options);
 */
export type HonoSessionOptions<Data extends object = AppData> = SessionOptions<Data, Request>;

/**
 * The Hono variables that the middleware sets.
 *
 * @example
 * import { type SessionVariables, sessionMiddleware } from '@store/session/hono';
 * import { Hono } from 'hono';
 *
 * const app = new Hono<{ Variables: SessionVariables<{ name: string }> }>();
 * app.use(sessionMiddleware());
 * app.get('/', (c) => c.text(`Hello, ${c.get('session').get('name', 'stranger')}`));
 */
export interface SessionVariables<Data extends object = AppData, Flash extends object = AppFlash> {
  session: Session<Data, Flash>;
}

/**
 * Gives every request of a Hono application a session, as `c.get('session')`.
 *
 * The session is written when the handler is done, and its cookie is added to any response, including redirects, 204,
 * `Response.redirect` and responses with other cookies. If a handler fails, nothing is written, whatever response `app.onError`
 * returns. If the store cannot be reached, `app.onError` receives a `StoreError` with `status` 503, and its response replaces the
 * page; without an `app.onError`, Hono sends a 503.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option is invalid.
 * @example
 * import { startSession } from '@store/core/memory';
 * import { type SessionVariables, sessionMiddleware } from '@store/session/hono';
 * import { Hono } from 'hono';
 *
 * await startSession();
 * const app = new Hono<{ Variables: SessionVariables<{ visits: number }> }>();
 * app.use(sessionMiddleware());
 * app.get('/', (c) => {
 *   c.get('session').update('visits', (visits = 0) => visits + 1);
 *   return c.text(`Visit ${c.get('session').get('visits')}`);
 * });
 */
export function sessionMiddleware<Data extends object = AppData, Flash extends object = AppFlash>(
  options: HonoSessionOptions<Data> = {},
): MiddlewareHandler<{ Variables: SessionVariables<Data, Flash> }> {
  assertOptions(options, 'app.use(sessionMiddleware({ … }))');
  const sessions = createSessions(options);

  return async (c, next) => {
    const source = c.req.raw;
    // Some middleware, such as `bodyLimit`, puts another request in the context.
    const slot = claimRequest(isClaimed(c) ? c : source, sessions);
    if (!slot) return next();
    shareRecord(slot.record, c);
    shareRecord(slot.record, source);
    try {
      const request = await sessions.load(source, new FetchFacts(source));
      slot.fill(request);
      if (c.get('session') === undefined)
        c.set('session', request.session as unknown as Session<Data, Flash>);
      watchError(c);
      const later = (work: PromiseLike<void>) => keepAlive(c, work);
      request.later = later;
      try {
        await next();
      } catch (error) {
        // Thrown values that are not `Error`s bypass `onError`.
        await abandon(request);
        throw error;
      }
      // If no handler has responded, Hono throws an error.
      if (c.finalized) await commit(request, c, later);
      else await abandon(request);
    } finally {
      // The same object may be served again, as in a test.
      slot.isDone = true;
    }
  };
}

/** Writes the session while a failure can still be thrown, so that `onError` handles it. */
async function commit(
  request: RequestSession,
  c: Context,
  later: (work: PromiseLike<void>) => void,
): Promise<void> {
  const page = c.res;
  try {
    const response = await finish(request, page, later);
    if (response !== page) replaceResponse(c, response);
  } catch (error) {
    cancelStream(page.body);
    const headers = new Headers(page.headers);
    removePageHeaders({ names: () => headers.keys(), remove: (name) => headers.delete(name) });
    // Hono puts these headers on the response of `onError`.
    replaceResponse(c, new Response(null, { headers }));
    throw error;
  }
}

function replaceResponse(c: Context, response: Response): void {
  // Assigning to `c.res` copies the previous response's headers over the new one's, so the previous one is removed first.
  c.res = undefined;
  c.res = response;
}

/** Hono stores an error in the context before it calls `onError`; earlier changes, in any session, must not be written. */
function watchError(c: Context): void {
  let { error } = c;
  Object.defineProperty(c, 'error', {
    configurable: true,
    enumerable: true,
    get: () => error,
    set(next: Error | undefined) {
      error = next;
      if (next) discardChanges(c);
    },
  });
}

/** If the runtime has `waitUntil`, as workers do, it waits for work after the response. */
function keepAlive(c: Context, work: PromiseLike<void>): void {
  try {
    c.executionCtx.waitUntil(Promise.resolve(work));
  } catch {
    // Long-lived servers do not have `waitUntil`, and do not need it.
  }
}
