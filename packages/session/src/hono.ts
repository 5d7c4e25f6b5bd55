export { getSession } from './adapters/attached-session.ts';
export { type HonoSessionOptions, type SessionVariables, sessionMiddleware } from './adapters/hono.ts';
export type { Session } from './session.ts';
