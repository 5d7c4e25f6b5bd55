import type { StoreErrorCode } from '@store/core';

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
  /** Somebody else ended it meanwhile: this request's changes were dropped, and the browser's cookie left alone. */
  | 'ended-during-request'
  /** The handler failed, so its changes were dropped. */
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
  | 'nothing-written'
  | 'not-yet-due'
  | 'public-response'
  | 'ended-during-request'
  | 'handler-failed'
  | 'peek'
  | 'store-failure';

/** One per request, on `diagnostics_channel` `@store/session` and `onEvent`. Holds no id and no value. */
export interface SessionRequestEvent {
  type: 'request';
  outcome: SessionOutcome;
  cookie: 'set' | 'cleared' | 'skipped';
  reason: CookieReason;
  /** The store's name, such as `@store/sqlite`; `undefined` when there is no store. */
  driver: string | undefined;
  /** How long loading and writing the session took. */
  milliseconds: number;
  /** The error's code, or `UNKNOWN` for one that is not a `StoreError`. */
  error?: StoreErrorCode | 'UNKNOWN';
  /**
   * `secure-cookie-over-http`: the cookie was set on a plain http request, and browsers drop a Secure cookie there. Serve https, use
   * localhost in development, or have the proxy that ends TLS send `X-Forwarded-Proto`.
   */
  warning?: 'secure-cookie-over-http';
  /** Stored keys that do not fit the schema, and so read as missing. */
  misfits?: readonly string[];
}

/** Work that came after the response's headers: a late save, or garbage collection. */
export interface SessionBackgroundEvent {
  type: 'late-save' | 'gc';
  outcome: 'updated' | 'ended-during-request' | 'collected' | 'failed';
  driver: string;
  milliseconds: number;
  /** How many sessions garbage collection removed. */
  removed?: number;
  error?: StoreErrorCode | 'UNKNOWN';
}

export type SessionEvent = SessionRequestEvent | SessionBackgroundEvent;

/** Receives {@link SessionEvent}s. What it throws is ignored: reporting never fails a request. */
export type OnSessionEvent = (event: SessionEvent) => void;
