export {
  discardOnError,
  type NodeHandler,
  type NodeHandlerOptions,
  type NodeMiddleware,
  type NodeSessionOptions,
  sessionHandler,
  sessionMiddleware,
} from './node/handler.ts';
export { getSession } from './request/attached-session.ts';
export type { Session } from './session/session.ts';
export type { SessionTypes } from './session/session-types.ts';
