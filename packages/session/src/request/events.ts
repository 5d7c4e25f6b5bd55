import { isStoreError, type StoreErrorCode } from '@store/core';

/** What became of the session in one request. */
export type SessionOutcome =
  /** There was none, and none was made. */
  | 'none'
  /** There was one; nothing was written. */
  | 'unchanged'
  /** Only its idle period began again. */
  | 'touched'
  /** A new one was stored. */
  | 'created'
  /** Changes were written. */
  | 'updated'
  /** It moved to a new id. */
  | 'regenerated'
  /** `invalidate` ended it. */
  | 'invalidated'
  /** Its last value was removed and nobody is signed in to it, so it ended. */
  | 'emptied'
  /** It had moved to a new id before the request began: changes were dropped, and the browser's cookie left alone. */
  | 'moved'
  /** Another request ended or moved it meanwhile: changes were dropped, and the browser's cookie left alone. */
  | 'ended-during-request'
  /** The handler failed or called `discard`, so its changes were dropped. */
  | 'discarded'
  /** It was only peeked at. */
  | 'peeked'
  /** The store could not be read, and the request got an empty session (`onStoreFailure: 'anonymous'`). */
  | 'anonymous'
  /** The store failed the request; `error` has the code. */
  | 'failed';

/** Why the cookie was set, cleared or left alone. */
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
  /** A slow response had put a sealed session back that ended within the last two minutes. */
  | 'ended-earlier'
  | 'handler-failed'
  | 'discarded'
  /** The response takes no headers, as `Response.error()` and an upgrade. */
  | 'no-headers'
  | 'peek'
  | 'store-failure';

/** One per request, on `diagnostics_channel` `@store/session` and `onEvent`. Holds no id and no value. */
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
   * `secure-cookie-over-http`: the cookie was set on a plain http request, and browsers drop a Secure cookie there. Serve https, use
   * localhost in development, have the proxy that ends TLS send `X-Forwarded-Proto`, or pass `cookie: { secure: false }`.
   * `domain-of-another-host`: the request's host is not in `cookie.domain`.
   */
  warning?: 'secure-cookie-over-http' | 'domain-of-another-host';
  /** The response sets the session cookie, so it is `no-store` instead of what the application's `Cache-Control` asked for. */
  cacheControl?: 'replaced';
  /** Stored keys that do not fit the schema, and so read as missing. */
  invalidKeys?: readonly string[];
}

/** Work that came after the response's headers, or past them: a late save, garbage collection, a response sent past us. */
export interface SessionBackgroundEvent {
  type: 'late-save' | 'gc' | 'bypassed';
  outcome: 'updated' | 'ended-during-request' | 'collected' | 'lost' | 'failed';
  store: string;
  milliseconds: number;
  /** How many sessions garbage collection removed. */
  removed?: number;
  error?: StoreErrorCode | 'UNKNOWN';
}

export type SessionEvent = SessionRequestEvent | SessionBackgroundEvent;

/** Receives {@link SessionEvent}s, and the request where there is one. What it throws is ignored: reporting never fails a request. */
export type OnSessionEvent<Incoming = unknown> = (event: SessionEvent, request: Incoming) => void;

interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}
interface DiagnosticsChannel {
  channel(name: string): Channel;
}

// Looked up, never imported, so that this loads where there is no Node.
const channel = (
  globalThis as { process?: { getBuiltinModule?(id: string): DiagnosticsChannel | undefined } }
).process
  ?.getBuiltinModule?.('node:diagnostics_channel')
  ?.channel('@store/session');

/** Whether anything listens: an event is made only then. */
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

/** The code under which an error is counted. */
export function errorCode(error: unknown): StoreErrorCode | 'UNKNOWN' {
  return isStoreError(error) ? error.code : 'UNKNOWN';
}
