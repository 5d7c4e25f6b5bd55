export { type FetchHandler, type FetchSessionOptions, sessionHandler } from './adapters/fetch-handler.ts';
export { getSession } from './adapters/session-of-request.ts';
export type { Session } from './session/session.ts';
