import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { assertHandler, assertOptions, refused } from '../arguments.ts';
import { nodeMiddleware } from '../node/handler.ts';
import type { SessionOptions } from '../options.ts';
import { isClaimed } from '../request/attached-session.ts';
import { setSessionProperty } from '../request/session-property.ts';
import { createSessions } from '../request/sessions.ts';
import type { Session } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';
import { unsupported } from '../session/strict-session.ts';
import { watchErrors } from './errors.ts';

/**
 * The options of {@link sessionMiddleware}.
 *
 * @example
 * import { type ExpressSessionOptions, sessionMiddleware } from '@store/session/express';
 *
 * const options: ExpressSessionOptions = { peek: (request) => request.path === '/feed' };
 * const middleware = sessionMiddleware(options);
 */
export type ExpressSessionOptions<Data extends object = AppData> = SessionOptions<Data, Request>;

/**
 * Gives every request of an Express application (4 or 5) a session, as `request.session` and through `getSession(request)`.
 *
 * The session is written before the response's headers are sent, so the next request sees it, even after `redirect`. If the store
 * cannot be reached, the error handlers receive a `StoreError` with `status` 503. If a handler fails, nothing is written, whatever
 * status its error becomes.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option is invalid.
 * @example
 * import { startSession } from '@store/core/memory';
 * import { getSession, sessionMiddleware } from '@store/session/express';
 * import express from 'express';
 *
 * await startSession();
 * const app = express();
 * app.use(sessionMiddleware());
 * app.post('/sign-in', (request, response) => {
 *   getSession(request).setSubject('user-7');
 *   response.redirect(303, '/'); // sent once the session is written
 * });
 */
export function sessionMiddleware<Data extends object = AppData>(
  options: ExpressSessionOptions<Data> = {},
): RequestHandler {
  assertOptions(options, 'app.use(sessionMiddleware({ … }))');
  const middleware = nodeMiddleware<Request>(createSessions(options), (request, slot) => {
    watchErrors(request.app);
    if (slot.isFirst || !('session' in request)) setSessionProperty(request, slot);
  });
  return (request, response, next) => {
    if (hasOtherSession(request)) {
      return next(
        unsupported(
          'Another middleware, such as express-session, has already set request.session. Mount only one of the two.',
        ),
      );
    }
    void middleware(request, response, next);
  };
}

/** Whether another library has set a session, which must be neither overwritten nor mistaken for ours. */
function hasOtherSession(request: Request): boolean {
  if (isClaimed(request)) return false;
  const { session } = request as { session?: unknown };
  return session !== undefined && session !== null;
}

// biome-ignore lint/suspicious/noExplicitAny: Express also uses any for what a route leaves open
type HandlerOf<Params = any> = RequestHandler<Params, any, any, any, any>;

/** A request handler whose request has a session and the route parameters of `Handler`. */
type WithSession<Handler, Data extends object, Flash extends object> =
  Handler extends HandlerOf<infer Params>
    ? (
        request: Request<Params> & { session: Session<Data, Flash> },
        response: Response,
        next: NextFunction,
      ) => unknown
    : never;

/**
 * Types a handler that uses `request.session`, as declared in `SessionTypes`; from TypeScript 5.9 on, `request.params` keeps the
 * type that the route gives it. A call with explicit type arguments uses those instead, and Express's general type of
 * `request.params`. Express's `Request` type is not extended, so that it does not conflict with the types of express-session.
 *
 * @example
 * import { sessionMiddleware, withSession } from '@store/session/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(sessionMiddleware());
 * app.get(
 *   '/lists/:list',
 *   withSession(({ params, session }, response) => {
 *     response.send(`${params.list} of ${session.get('name', 'stranger')}`);
 *   }),
 * );
 */
export function withSession<Handler extends HandlerOf>(
  handler: WithSession<Handler, AppData, AppFlash>,
): Handler;
export function withSession<Data extends object, Flash extends object = AppFlash>(
  handler: WithSession<RequestHandler, Data, Flash>,
): RequestHandler;
export function withSession(handler: unknown, ...more: unknown[]): unknown {
  const call = 'withSession((request, response) => { … })';
  assertHandler(handler, call);
  // An index as the second argument is fine: `handlers.map(withSession)` passes one.
  if (more.length > 0 && typeof more[0] !== 'number')
    throw refused(
      `withSession() of /express takes a handler only. Write ${call}, and pass options to sessionMiddleware().`,
    );
  // Only the types change. The handler itself is returned, because Express counts its parameters.
  return handler;
}
