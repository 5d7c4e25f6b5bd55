export {
  type ExpressSessionOptions,
  sessionMiddleware,
  withSession,
} from './express/middleware.ts';
export { discardOnError } from './node/handler.ts';
export { getSession } from './request/attached-session.ts';
export type { Session } from './session/session.ts';
export type { SessionTypes } from './session/session-types.ts';
