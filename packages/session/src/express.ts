export {
  discardOnError,
  type ExpressSessionOptions,
  type SessionRequest,
  sessionMiddleware,
  withSession,
} from './adapters/express-middleware.ts';
export { getSession } from './adapters/session-of-request.ts';
export type { Session } from './session/session.ts';
