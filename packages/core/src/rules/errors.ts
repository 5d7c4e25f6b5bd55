const brand = Symbol.for('@store/core.error');

/** The stable codes of {@link StoreError}; texts may change, codes do not. */
export type StoreErrorCode =
  /** No store is cached: `startSession()` has not run, or the store was closed. */
  | 'NO_STORE'
  /** An option is missing, of the wrong kind or contradicts another one. */
  | 'INVALID_OPTION'
  /** A session id that no store can hold. */
  | 'INVALID_ID'
  /** A value that JSON cannot hold; the text names the path to it. */
  | 'INVALID_VALUE'
  /** The backend could not answer; `cause` has its error. */
  | 'UNAVAILABLE'
  /** The session changed under every one of many attempts, or the new id is taken. */
  | 'CONFLICT'
  /** The session does not fit. */
  | 'TOO_LARGE'
  /** This store cannot do that. */
  | 'UNSUPPORTED'
  /** The store has been closed. */
  | 'CLOSED'
  /** Written or made by a version of core that this one cannot work with. */
  | 'INCOMPATIBLE'
  /** The response's headers have left, so no cookie can be set. */
  | 'HEADERS_SENT';

/**
 * Every failure of this library. The text says what happened and the way out; it never holds an id, a payload or a key.
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
