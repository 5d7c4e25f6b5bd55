import type { SessionData } from '@store/core';
import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import type { SessionOptions } from '../lifecycle/session-options.ts';
import type { Session } from '../session/session.ts';
import { sessionMiddleware as nodeMiddleware } from './node-middleware.ts';
import { discardChanges, getSession } from './session-of-request.ts';

export type ExpressSessionOptions<Data extends object = SessionData> = SessionOptions<Data, Request>;

/** An Express request with its session, for handlers made by {@link withSession}. */
export type SessionRequest<
  Data extends object = SessionData,
  Flash extends object = SessionData,
> = Request & {
  session: Session<Data, Flash>;
};

/**
 * Gives every request of an Express application a session, as `request.session` and through `getSession(request)`.
 *
 * The session is written before the response's headers leave, so the next request sees it, also after `redirect`. A store
 * that cannot answer reaches the error handlers as a `StoreError` with `status` 503.
 *
 * @throws {StoreError} `INVALID_OPTION` at once, when an option cannot be right.
 * @example
 * app.use(sessionMiddleware());
 * app.get('/', (request, response) => {
 *   const session = getSession<{ visits: number }>(request);
 *   session.update('visits', (visits = 0) => visits + 1);
 *   response.send(`Visit ${session.get('visits')}`);
 * });
 */
export function sessionMiddleware<Data extends object = SessionData>(
  options: ExpressSessionOptions<Data> = {},
): RequestHandler {
  const middleware = nodeMiddleware<Data, Request>(options);
  return (request, response, next) =>
    middleware(request, response, (error) => {
      if (error !== undefined) return next(error);
      Object.defineProperty(request, 'session', {
        value: getSession(request),
        configurable: true,
        enumerable: true,
        writable: true,
      });
      next();
    });
}

/**
 * Types a handler that uses `request.session`, without declaring anything for other packages.
 *
 * @example
 * app.get('/cart', withSession<{ cart: string[] }>((request, response) => {
 *   response.json(request.session.get('cart') ?? []);
 * }));
 */
export function withSession<Data extends object = SessionData, Flash extends object = SessionData>(
  handler: (request: SessionRequest<Data, Flash>, response: Response, next: NextFunction) => unknown,
): RequestHandler {
  return (request, response, next) => handler(request as SessionRequest<Data, Flash>, response, next);
}

/**
 * An error handler that drops the session's changes and passes the error on. Answers of 5xx do so by themselves; this is for
 * errors that become a 4xx. Mount it before the handlers that answer.
 *
 * @example
 * app.use(discardOnError());
 */
export function discardOnError(): ErrorRequestHandler {
  return (error, request, _response, next) => {
    discardChanges(request);
    next(error);
  };
}
