import { type SessionData, StoreError } from '@store/core';
import type { Request, RequestHandler } from 'express';
import { nodeMiddleware } from '../node/handler.ts';
import type { SessionOptions } from '../options.ts';
import { attachedSession } from '../request/attached-session.ts';
import { createSessions } from '../request/sessions.ts';
import type { Session } from '../session/session.ts';
import { watchErrors } from './errors.ts';

export type ExpressSessionOptions<Data extends object = SessionData> = SessionOptions<Data, Request>;

/**
 * What sessions of this application hold. Declare it once, and `request.session` has the types on every route:
 *
 * @example
 * declare module '@store/session/express' {
 *   interface SessionTypes { data: { userId: string; cart: string[] } }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface SessionTypes {}

type DataOf<Types> = Types extends { data: infer Data extends object } ? Data : SessionData;
type FlashOf<Types> = Types extends { flash: infer Flash extends object } ? Flash : SessionData;

/** The session as `request.session` has it. */
export type ExpressSession = Session<DataOf<SessionTypes>, FlashOf<SessionTypes>>;

declare global {
  namespace Express {
    interface Request {
      /** The visitor's session, where the session middleware is mounted. */
      session: ExpressSession;
    }
  }
}

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
 * app.get('/', (request, response) => {
 *   request.session.update('visits', (visits = 0) => Number(visits) + 1);
 *   response.send(`Visit ${request.session.get('visits')}`);
 * });
 */
export function sessionMiddleware<Data extends object = SessionData>(
  options: ExpressSessionOptions<Data> = {},
): RequestHandler {
  const sessions = createSessions(options);
  const middleware = nodeMiddleware<Request>(sessions, (request, { session }) => {
    watchErrors(request.app);
    if (sessions.options.lazy) return;
    Object.defineProperty(request, 'session', {
      value: session,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  });
  return (request, response, next) => {
    if (hasOtherSession(request)) {
      return next(
        new StoreError(
          'UNSUPPORTED',
          '[@store/session] Another middleware, such as express-session, has set request.session before this one. Mount only one of the two.',
        ),
      );
    }
    void middleware(request, response, next);
  };
}

/** Another library's session is neither overwritten nor taken for ours. */
function hasOtherSession(request: Request): boolean {
  const { session } = request as { session?: unknown };
  return session !== undefined && session !== null && session !== attachedSession(request)?.session;
}
