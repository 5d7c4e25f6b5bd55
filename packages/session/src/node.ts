export { type NodeHandler, type NodeHandlerOptions, sessionHandler } from './adapters/node-handler.ts';
export {
  type NodeMiddleware,
  type NodeSessionOptions,
  sessionMiddleware,
} from './adapters/node-middleware.ts';
export { getSession } from './adapters/session-of-request.ts';
export type { Session } from './session/session.ts';
