export type { SessionCookieOptions } from './cookie/cookie-options.ts';
export type { CookieAttributes, OutgoingCookie } from './cookie/outgoing-cookie.ts';
export { withSession } from './fetch/handler.ts';
export type { SessionOptions, WaitUntil } from './options.ts';
export { getSession } from './request/attached-session.ts';
export type { Committed, Header } from './request/conclude.ts';
export type {
  CookieReason,
  OnSessionEvent,
  SessionBackgroundEvent,
  SessionEvent,
  SessionOutcome,
  SessionRequestEvent,
} from './request/events.ts';
export type { SessionSource } from './request/facts.ts';
export {
  type CommitResponse,
  type OpenedSession,
  type OpenOptions,
  openSession,
  readSession,
} from './request/open-session.ts';
export type { Immutable, ImmutableJson } from './session/json.ts';
export type { SchemaIssue, SchemaResult, SessionSchema } from './session/schema.ts';
export type { Session } from './session/session.ts';
export type { SessionTypes } from './session/session-types.ts';
export { createTestSession, type TestSessionOptions } from './testing/create-test-session.ts';
