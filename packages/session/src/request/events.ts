import { isStoreError, type StoreErrorCode } from '@store/core';

/**
 * What became of the session in one request.
 *
 * @example
 * import { startSession } from '@store/core/memory';
 * import { openSession, type SessionOutcome } from '@store/session';
 *
 * await startSession();
 * const outcomes: SessionOutcome[] = [];
 * const { commit } = await openSession('', {
 *   onEvent: (event) => event.type === 'request' && outcomes.push(event.outcome),
 * });
 * await commit();
 * outcomes; // ['none']
 */
export type SessionOutcome =
  /** The request had no session, and none was created. */
  | 'none'
  /** The request had a session; nothing was written. */
  | 'unchanged'
  /** Only its idle period was restarted. */
  | 'touched'
  /** A new session was stored. */
  | 'created'
  /** Changes were written. */
  | 'updated'
  /** It moved to a new id. */
  | 'regenerated'
  /** `invalidate` ended it. */
  | 'invalidated'
  /** Its last value was removed and it has no subject, so it ended. */
  | 'emptied'
  /** Another request had moved it to a new id: changes were dropped, and the browser's cookie was left alone. */
  | 'moved'
  /** Another request ended or moved it while this one was running: changes were dropped, and the browser's cookie was left alone. */
  | 'ended-during-request'
  /** The handler failed or called `discard`, so its changes were dropped. */
  | 'discarded'
  /** It was opened read-only. */
  | 'peeked'
  /** The store could not be read, and the request got an empty session (`onStoreFailure: 'anonymous'`). */
  | 'anonymous'
  /** The store failed, and so did the request; `error` has the code. */
  | 'failed';

/**
 * Why the cookie was set, cleared or left alone.
 *
 * @example
 * import type { CookieReason } from '@store/session';
 * import { sessionMiddleware } from '@store/session/express';
 *
 * const suspicious: readonly CookieReason[] = ['ambiguous-cookie', 'unknown-session'];
 * const middleware = sessionMiddleware({
 *   onEvent(event) {
 *     if (event.type === 'request' && suspicious.includes(event.reason)) console.warn(event.reason);
 *   },
 * });
 */
export type CookieReason =
  | 'created'
  | 'regenerated'
  | 'renewed'
  | 'updated'
  | 'invalidated'
  | 'no-cookie'
  | 'ambiguous-cookie'
  | 'unknown-session'
  | 'outside-path'
  | 'nothing-written'
  | 'not-asked'
  | 'not-yet-due'
  | 'public-response'
  | 'moved'
  | 'ended-during-request'
  /** A slow response had put back the cookie of a sealed session that ended within the last two minutes. */
  | 'ended-earlier'
  | 'handler-failed'
  | 'discarded'
  /** The response takes no headers, like `Response.error()` or an upgrade. */
  | 'no-headers'
  | 'peek'
  | 'store-failure';

/**
 * One per request, published on the `diagnostics_channel` `@store/session` and to `onEvent`. Contains no ids and no values.
 *
 * @example
 * import type { SessionRequestEvent } from '@store/session';
 * import { sessionMiddleware } from '@store/session/express';
 *
 * const isSlow = ({ milliseconds }: SessionRequestEvent) => milliseconds > 100;
 * const middleware = sessionMiddleware({
 *   onEvent(event, { path }) {
 *     if (event.type === 'request' && isSlow(event)) console.warn(path, event.outcome, event.milliseconds);
 *   },
 * });
 */
export interface SessionRequestEvent {
  type: 'request';
  outcome: SessionOutcome;
  cookie: 'set' | 'cleared' | 'skipped';
  reason: CookieReason;
  /** The store's name, such as `@store/sqlite`; `undefined` when there is no store. */
  store: string | undefined;
  /** How long loading and writing the session took. */
  milliseconds: number;
  /** The error's code, or `UNKNOWN` for one that is not a `StoreError`. */
  error?: StoreErrorCode | 'UNKNOWN';
  /**
   * `secure-cookie-over-http`: the cookie was set on a plain http request, where browsers drop a Secure cookie. Serve https, use
   * localhost in development, have the proxy that terminates TLS send `X-Forwarded-Proto`, or pass `cookie: { secure: false }`.
   * `domain-of-another-host`: the request's host is not in `cookie.domain`.
   */
  warning?: 'secure-cookie-over-http' | 'domain-of-another-host';
  /** The response sets the session cookie, so `no-store` replaced the application's `Cache-Control`. */
  cacheControl?: 'replaced';
  /** Keys whose stored values do not fit the schema, and so read as missing. */
  invalidKeys?: readonly string[];
}

/**
 * Work after the response's headers were sent (a late save, garbage collection), or a response that bypassed the middleware.
 *
 * @example
 * import type { SessionBackgroundEvent } from '@store/session';
 * import { sessionMiddleware } from '@store/session/express';
 *
 * const line = ({ type, outcome, removed = 0 }: SessionBackgroundEvent) => `${type} ${outcome} ${removed}`;
 * const middleware = sessionMiddleware({
 *   onEvent(event) {
 *     if (event.type !== 'request') console.log(line(event)); // gc collected 12
 *   },
 * });
 */
export interface SessionBackgroundEvent {
  type: 'late-save' | 'gc' | 'bypassed';
  outcome: 'updated' | 'ended-during-request' | 'collected' | 'lost' | 'failed';
  store: string;
  milliseconds: number;
  /** How many sessions garbage collection removed. */
  removed?: number;
  error?: StoreErrorCode | 'UNKNOWN';
}

/**
 * What `onEvent` and the `diagnostics_channel` receive.
 *
 * @example
 * import { subscribe } from 'node:diagnostics_channel';
 * import type { SessionEvent } from '@store/session';
 *
 * subscribe('@store/session', (message) => {
 *   const { type, outcome } = message as SessionEvent;
 *   console.log(type, outcome); // request created
 * });
 */
export type SessionEvent = SessionRequestEvent | SessionBackgroundEvent;

/**
 * Receives {@link SessionEvent}s, with the request if one exists. Errors that it throws are ignored: reporting never fails a request.
 *
 * @example
 * import type { OnSessionEvent } from '@store/session';
 * import { sessionMiddleware } from '@store/session/express';
 *
 * const onEvent: OnSessionEvent = (event) => {
 *   if (event.outcome === 'failed') console.error(event.type, event.error); // request UNAVAILABLE
 * };
 * const middleware = sessionMiddleware({ onEvent });
 */
export type OnSessionEvent<Incoming = unknown> = (event: SessionEvent, request: Incoming) => void;

interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}
interface DiagnosticsChannel {
  channel(name: string): Channel;
}

// Looked up, never imported, so that this module loads outside Node too.
const channel = (
  globalThis as { process?: { getBuiltinModule?(id: string): DiagnosticsChannel | undefined } }
).process
  ?.getBuiltinModule?.('node:diagnostics_channel')
  ?.channel('@store/session');

/** Whether anything is listening; events are created only if so. */
export function isWatched(onEvent: OnSessionEvent<never> | undefined): boolean {
  return onEvent !== undefined || channel?.hasSubscribers === true;
}

/** Sends an event to the diagnostics channel and to `onEvent`; neither can fail a request. */
export function report(
  onEvent: OnSessionEvent<never> | undefined,
  event: SessionEvent,
  request: unknown,
): void {
  if (channel?.hasSubscribers) channel.publish(event);
  try {
    onEvent?.(event, request as never);
  } catch {
    // Reporting never fails a request.
  }
}

/** The code that events report for an error. */
export function reportedCode(error: unknown): StoreErrorCode | 'UNKNOWN' {
  return isStoreError(error) ? error.code : 'UNKNOWN';
}
