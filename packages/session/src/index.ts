export type { SessionCookieOptions } from './cookie/cookie-options.ts';
export type {
  CookieReason,
  OnSessionEvent,
  SessionBackgroundEvent,
  SessionEvent,
  SessionOutcome,
  SessionRequestEvent,
} from './lifecycle/session-event.ts';
export type { SessionOptions } from './lifecycle/session-options.ts';
export type { Immutable, ImmutableJson } from './session/immutable.ts';
export type { Session } from './session/session.ts';
export type { SchemaIssue, SchemaResult, SessionSchema } from './session/standard-schema.ts';
export { createTestSession, type TestSessionOptions } from './testing/create-test-session.ts';
