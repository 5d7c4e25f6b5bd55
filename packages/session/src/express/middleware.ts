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

export type ExpressSessionOptions<Data extends object = AppData> = SessionOptions<Data, Request>;

/**
 * Gives every request of an Express application (4 or 5) a session, as `request.session` and through `getSession(request)`.
 *
 * The session is written before the response's headers leave, so the next request sees it, even after `redirect`. A store
 * that cannot be reached goes to the error handlers as a `StoreError` with `status` 503. A handler that fails writes nothing,
 * whatever status its error becomes.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option cannot be right.
 * @example
 * app.use(sessionMiddleware());
 * app.get('/', withSession((request, response) => {
 *   request.session.update('visits', (visits = 0) => Number(visits) + 1);
 *   response.send(`Visit ${request.session.get('visits')}`);
 * }));
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
          'Another middleware, such as express-session, has set request.session before this one. Mount only one of the two.',
        ),
      );
    }
    void middleware(request, response, next);
  };
}

/** Another library's session is neither overwritten nor taken for ours. */
function hasOtherSession(request: Request): boolean {
  if (isClaimed(request)) return false;
  const { session } = request as { session?: unknown };
  return session !== undefined && session !== null;
}

// biome-ignore lint/suspicious/noExplicitAny: what a route leaves open is any to Express too
type HandlerOf<Params = any> = RequestHandler<Params, any, any, any, any>;

/** A request handler whose request has a session, and the parameters that `Handler` is given. */
type WithSession<Handler, Data extends object, Flash extends object> =
  Handler extends HandlerOf<infer Params>
    ? (
        request: Request<Params> & { session: Session<Data, Flash> },
        response: Response,
        next: NextFunction,
      ) => unknown
    : never;

/**
 * Types a handler that uses `request.session`, by what `SessionTypes` declares; `request.params` keeps the type that the route
 * gives it, from TypeScript 5.9 on. A call with generics of its own has those instead, and Express's general type of
 * `request.params`. Express's own `Request` stays as it is, so that the types of express-session fit next to it.
 *
 * @example
 * app.get('/lists/:list', withSession((request, response) => {
 *   response.json([request.params.list, request.session.get('cart')]);
 * }));
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
  // An index, as from `handlers.map(withSession)`, is no mistake.
  if (more.length > 0 && typeof more[0] !== 'number')
    throw refused(
      `withSession() of /express takes a handler only. Write ${call}, and pass options to sessionMiddleware().`,
    );
  // Only types change. The handler itself is given on, since Express counts its parameters.
  return handler;
}
