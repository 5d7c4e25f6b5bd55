import { StoreError } from '@store/core';

/** Until when, and of what kind, a session takes changes. */
export type SessionPhase =
  /** The response has not left. */
  | 'open'
  /** It has, and the session is stored on the server: values can still be saved, the cookie cannot change. */
  | 'values-only'
  /** It has, and any change would need a cookie. */
  | 'closed';

/** @throws {StoreError} `HEADERS_SENT` when the change comes too late for the cookie it needs. */
export function assertInTime(phase: SessionPhase, needsCookie: boolean): void {
  if (phase === 'open' || (phase === 'values-only' && !needsCookie)) return;
  throw new StoreError(
    'HEADERS_SENT',
    '[@store/session] The response is on its way, and this change needs a cookie. Change the session before the response begins.',
  );
}

/** Why a session of a request that only peeks refuses writes. */
export function peekOnly(): StoreError {
  return new StoreError(
    'UNSUPPORTED',
    '[@store/session] This request only peeks at the session. Take it out of the `peek` option to write.',
  );
}

/** Why the empty session of `onStoreFailure: 'anonymous'` refuses writes. */
export function storeUnavailable(cause: unknown): StoreError {
  return new StoreError(
    'UNAVAILABLE',
    '[@store/session] The session could not be read, so this request has an empty one that cannot be written. Try again later.',
    { cause },
  );
}
