export { type FastifySessionOptions, sessionPlugin } from './fastify/plugin.ts';
export { getSession } from './request/attached-session.ts';
export type { Session } from './session/session.ts';
export type { SessionTypes } from './session/session-types.ts';
