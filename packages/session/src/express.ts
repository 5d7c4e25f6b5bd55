export { getSession } from './adapters/attached-session.ts';
export {
  type ExpressSession,
  type ExpressSessionOptions,
  type SessionTypes,
  sessionMiddleware,
} from './adapters/express.ts';
export type { Session } from './session.ts';
