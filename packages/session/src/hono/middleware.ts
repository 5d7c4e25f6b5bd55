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

export type HonoSessionOptions<Data extends object = AppData> = SessionOptions<Data, Request>;

/** The variables that the middleware sets, for `new Hono<{ Variables: SessionVariables<Data> }>()`. */
export interface SessionVariables<Data extends object = AppData, Flash extends object = AppFlash> {
  session: Session<Data, Flash>;
}

/**
 * Gives every request of a Hono application a session, as `c.get('session')`.
 *
 * The session is written once the handler is done, and its cookie is on every response: redirects, 204, `Response.redirect`
 * and the application's own cookies included. A handler that fails writes nothing, whatever `app.onError` makes of it. A store
 * that cannot be reached is thrown to `app.onError` as a `StoreError` with `status` 503, in place of the response; without one
 * of the application's own, Hono sends a 503.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option cannot be right.
 * @example
 * const app = new Hono<{ Variables: SessionVariables<{ visits: number }> }>();
 * app.use(sessionMiddleware());
 * app.get('/', (c) => {
 *   const session = c.get('session');
 *   session.update('visits', (visits = 0) => visits + 1);
 *   return c.text(`Visit ${session.get('visits')}`);
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
      // Nothing has responded: Hono makes that an error.
      if (c.finalized) await commit(request, c, later);
      else await abandon(request);
    } finally {
      // The same object may be served again, as in a test.
      slot.isDone = true;
    }
  };
}

/** Writes the session while a failure is still an exception, which `onError` handles. */
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
  // Assigning to `c.res` copies the headers of the response before over the new one's, so that one goes first.
  c.res = undefined;
  c.res = response;
}

/** Hono keeps an error in the context before it asks `onError`; what was changed until then, in any session, is not to be written. */
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

/** Where the runtime has a `waitUntil`, as workers have, it waits for work after the response. */
function keepAlive(c: Context, work: PromiseLike<void>): void {
  try {
    c.executionCtx.waitUntil(Promise.resolve(work));
  } catch {
    // Long-lived servers have none, and need none.
  }
}
