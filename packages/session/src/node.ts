export { getSession } from './adapters/attached-session.ts';
export {
  type NodeHandler,
  type NodeHandlerOptions,
  type NodeMiddleware,
  type NodeSessionOptions,
  sessionHandler,
  sessionMiddleware,
} from './adapters/node.ts';
export type { Session } from './session.ts';
