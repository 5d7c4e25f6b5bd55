import { type Awaitable, isPromise } from './contract/drivers.ts';

const brand = Symbol.for('@store/core.error');

/**
 * The codes of {@link StoreError}. The codes are stable; message texts may change.
 *
 * @example
 * import { isStoreError, type StoreErrorCode } from '@store/core';
 * const statuses: Partial<Record<StoreErrorCode, number>> = { CONFLICT: 409, UNAVAILABLE: 503 };
 * const statusOf = (error: unknown) => (isStoreError(error) && statuses[error.code]) || 500;
 * statusOf(new Error('not from the store')); // 500
 */
export type StoreErrorCode =
  /** No store is cached: `startSession()` has not run, or the store was closed. */
  | 'NO_STORE'
  /** An option is unknown, missing, of the wrong type, or conflicts with another one. */
  | 'INVALID_OPTION'
  /** The session id is malformed. */
  | 'INVALID_ID'
  /** JSON cannot represent a value; the message names the path to it. */
  | 'INVALID_VALUE'
  /** The backend failed; its error is in `cause`. */
  | 'UNAVAILABLE'
  /** Too many concurrent writers, or the id is in use or its session has moved. */
  | 'CONFLICT'
  /** The session is too large. */
  | 'TOO_LARGE'
  /** This store does not support the method. */
  | 'UNSUPPORTED'
  /** The store has been closed. */
  | 'CLOSED'
  /** A session or a store was made by a version that is incompatible with this one. */
  | 'INCOMPATIBLE'
  /** The response headers have already been sent, so no cookie can be set. */
  | 'HEADERS_SENT';

/**
 * Every failure in this library. The message says what happened and what to do. It contains no session id, no storage key and
 * no session values; it may name keys of `data` and `flash`.
 *
 * @example
 * import { createSessionId, isStoreError, load } from '@store/core';
 * try {
 *   await load(createSessionId());
 * } catch (error) {
 *   if (isStoreError(error, 'NO_STORE')) console.log(error.message); // [@store/core] No session store is cached. …
 * }
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Whether a caught value is a {@link StoreError}, with that code if one is given. Unlike `instanceof`, it works across
 * copies of core.
 *
 * @example
 * import { isStoreError, StoreError } from '@store/core';
 * const error = new StoreError('UNAVAILABLE', '[my-driver] The server is down. Start it.');
 * isStoreError(error); // true
 * isStoreError(error, 'CONFLICT'); // false
 * isStoreError(new Error('not from the store')); // false
 */
export function isStoreError(value: unknown, code?: StoreErrorCode): value is StoreError {
  if (typeof value !== 'object' || value === null || !(brand in value)) return false;
  return code === undefined || (value as { code?: unknown }).code === code;
}

/**
 * Calls a driver's function. A thrown value becomes the `cause` of `UNAVAILABLE`; a `StoreError` is rethrown unchanged.
 * Synchronous results stay synchronous; avoiding the promise makes `load` measurably faster.
 */
export function callBackend<T>(store: string, doing: string, call: () => Awaitable<T>): Awaitable<T> {
  let result: Awaitable<T>;
  try {
    result = call();
  } catch (cause) {
    throw backendError(store, doing, cause);
  }
  if (!isPromise(result)) return result;
  return result.then(undefined, (cause: unknown) => {
    throw backendError(store, doing, cause);
  });
}

/** The error to throw for a value that a driver's function threw. */
export function backendError(store: string, doing: string, cause: unknown): StoreError {
  if (isStoreError(cause)) return cause;
  return new StoreError(
    'UNAVAILABLE',
    `[${store}] The session backend failed to ${doing}. See the error's cause, and try again once the backend is available.`,
    { cause },
  );
}

/**
 * The error for an invalid option: it names the option, what it accepts and the value it got.
 *
 * @param store The package that has the option, such as `@store/sqlite`.
 * @param takes What the option accepts, worded to follow "must be".
 * @param got The invalid value. Strings are never quoted, since they may be secrets.
 * @example
 * import { invalidOption } from '@store/core/driver';
 * const error = invalidOption('@store/file', 'directory', 'a path', 42);
 * console.log(error.message); // [@store/file] directory must be a path, not 42.
 */
export function invalidOption(store: string, option: string, takes: string, got: unknown): StoreError {
  return new StoreError('INVALID_OPTION', `[${store}] ${option} must be ${takes}, not ${describe(got)}.`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The error for a method that this store does not support, with the reason. */
export function unsupported(store: string, method: string, why: string): StoreError {
  return new StoreError(
    'UNSUPPORTED',
    `[${store}] ${method}() is not supported by this store: ${why}. Use a driver that supports ${method}().`,
  );
}

/** The error for a write to an id whose session has moved. */
export function sessionMoved(store: string): StoreError {
  return new StoreError(
    'CONFLICT',
    `[${store}] This session has moved to another id, and the old id cannot be used again. Save under the new id, or create one with createSessionId().`,
  );
}

/** The error for a `newId` that is in use. */
export function newIdIsTaken(store: string): StoreError {
  return new StoreError(
    'CONFLICT',
    `[${store}] newId belongs to another session. Create a new id with createSessionId().`,
  );
}
