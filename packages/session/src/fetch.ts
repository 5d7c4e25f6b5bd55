export { getSession } from './adapters/attached-session.ts';
export {
  type FetchHandler,
  type FetchSessionOptions,
  sessionHandler,
  withSession,
} from './adapters/fetch.ts';
export type { Session } from './session.ts';
