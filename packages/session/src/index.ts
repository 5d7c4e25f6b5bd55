export { getSession } from './adapters/attached-session.ts';
export { withSession } from './adapters/fetch.ts';
export type { Committed } from './committed.ts';
export type { SessionCookieOptions } from './cookie/cookie-options.ts';
export type { CookieAttributes, OutgoingCookie } from './cookie/outgoing-cookie.ts';
export type {
  CookieReason,
  OnSessionEvent,
  SessionBackgroundEvent,
  SessionEvent,
  SessionOutcome,
  SessionRequestEvent,
} from './events.ts';
export type { Immutable, ImmutableJson } from './json.ts';
export { type CommitResponse, type OpenedSession, openSession, readSession } from './open-session.ts';
export type { SessionOptions } from './options.ts';
export type { SessionSource } from './request-facts.ts';
export type { SchemaIssue, SchemaResult, SessionSchema } from './schema.ts';
export type { Session } from './session.ts';
export { createTestSession, type TestSessionOptions } from './testing/create-test-session.ts';
