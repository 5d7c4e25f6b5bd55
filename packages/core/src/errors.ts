import { type Awaitable, isPromise } from './contract/drivers.ts';

const brand = Symbol.for('@store/core.error');

/** The stable codes of {@link StoreError}; texts may change, codes do not. */
export type StoreErrorCode =
  /** No store is cached: `startSession()` has not run, or the store was closed. */
  | 'NO_STORE'
  /** An option is unknown, missing, of the wrong kind or contradicts another one. */
  | 'INVALID_OPTION'
  /** A session id that no store can hold. */
  | 'INVALID_ID'
  /** A value that JSON cannot hold; the text names the path to it. */
  | 'INVALID_VALUE'
  /** The backend could not do it; `cause` has its error. */
  | 'UNAVAILABLE'
  /** Too many writers at the same time, or an id that is in use or was given up. */
  | 'CONFLICT'
  /** The session does not fit. */
  | 'TOO_LARGE'
  /** This store cannot do that. */
  | 'UNSUPPORTED'
  /** The store has been closed. */
  | 'CLOSED'
  /** Written or made by a version of core that this one cannot work with. */
  | 'INCOMPATIBLE'
  /** The response's headers have been sent, so no cookie can be set. */
  | 'HEADERS_SENT';

/**
 * Every failure of this library. The text says what happened and what to do. It holds no session id, no storage key and
 * no value; it may name keys of `data` and `flash`.
 *
 * @example
 * try { await load(id); } catch (error) {
 *   if (isStoreError(error, 'UNAVAILABLE')) response.status(503);
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
 * Tells whether a caught value is a {@link StoreError}, of that code if one is given. Works across copies of core,
 * where `instanceof` does not.
 */
export function isStoreError(value: unknown, code?: StoreErrorCode): value is StoreError {
  if (typeof value !== 'object' || value === null || !(brand in value)) return false;
  return code === undefined || (value as { code?: unknown }).code === code;
}

/**
 * Calls a driver's function. What it throws becomes `UNAVAILABLE` with the cause kept; a `StoreError` is rethrown unchanged.
 * Synchronous results stay synchronous; skipping the promise makes `load` measurably faster.
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

/** The error for what a driver's function threw. */
export function backendError(store: string, doing: string, cause: unknown): StoreError {
  if (isStoreError(cause)) return cause;
  return new StoreError(
    'UNAVAILABLE',
    `[${store}] The session backend failed to ${doing}. See the error's cause, and try again when the backend is back.`,
    { cause },
  );
}

/**
 * The error for an option that cannot be right: it names the option, what it takes and what it got.
 *
 * @param store Whose option it is, such as `@store/sqlite`.
 * @param takes What the option takes, as it follows "must be".
 * @param got The value given. Strings are never quoted, since they may be secrets.
 * @example
 * throw invalidOption('@store/file', 'directory', 'a path', options.directory);
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

/** The error for a method that this store cannot have, with the reason in words. */
export function unsupported(store: string, method: string, why: string): StoreError {
  return new StoreError(
    'UNSUPPORTED',
    `[${store}] ${method}() is not supported by this store: ${why}. Use a driver that supports ${method}().`,
  );
}

/** The error for a write to an id that its session was moved away from. */
export function idWasGivenUp(store: string): StoreError {
  return new StoreError(
    'CONFLICT',
    `[${store}] This session was given another id, and the old one cannot be used again. Save under the new id, or make one with createSessionId().`,
  );
}

/** The error for a `newId` that is in use. */
export function newIdIsTaken(store: string): StoreError {
  return new StoreError(
    'CONFLICT',
    `[${store}] newId belongs to another session. Make one with createSessionId().`,
  );
}
