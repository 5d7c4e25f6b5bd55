export {
  type ExpressSession,
  type ExpressSessionOptions,
  type SessionTypes,
  sessionMiddleware,
} from './express/middleware.ts';
export { getSession } from './request/attached-session.ts';
export type { Session } from './session/session.ts';
