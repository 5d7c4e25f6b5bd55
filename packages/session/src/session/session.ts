import type { SessionData } from '@store/core';
import type { Immutable, ImmutableJson } from './immutable.ts';

type Key<T> = keyof T & string;

/**
 * One visitor's session during one request.
 *
 * What is read comes deep-frozen: changing it in place throws at that line, `set` a new value instead. Changes are recorded
 * and written once, before the response leaves, onto the newest stored content: parallel requests lose nothing.
 *
 * Every method that writes throws a `StoreError`: `INVALID_VALUE` for what JSON or the schema cannot hold, `HEADERS_SENT`
 * when a cookie would be needed and the response is on its way, `UNSUPPORTED` on a request that only peeks, `UNAVAILABLE`
 * when the store could not be read and `onStoreFailure` is `anonymous`.
 *
 * @example
 * interface Shop { userId: string; cart: string[] }
 * const session = getSession<Shop>(request);
 * session.set('cart', [...(session.get('cart') ?? []), 'tea']);
 */
export interface Session<Data extends object = SessionData, Flash extends object = SessionData> {
  /** The session id; a new one after `regenerate` and `invalidate`. Keep it out of pages and logs. */
  readonly id: string;
  /** `true` when nothing is stored yet, so also after `invalidate`. */
  readonly isNew: boolean;
  /** Whose session it is; `undefined` when nobody's. */
  readonly subject: string | undefined;

  /** The value, frozen; `undefined` when there is none, or none that fits the schema. */
  get<K extends Key<Data>>(key: K): Immutable<Data[K]> | undefined;
  /** Stores a copy of a JSON value. */
  set<K extends Key<Data>>(key: K, value: Immutable<Data[K]>): void;
  /** Whether `get` has a value. */
  has(key: Key<Data>): boolean;
  /** Removes a value. None there: nothing happens. */
  delete(key: Key<Data>): void;
  /** Every value by key, frozen. */
  all(): Immutable<Partial<Data>>;
  /**
   * Changes a value from what it is to what `change` answers. `change` runs now, and again on the newest value when the
   * session is written, so that a counter counts under parallel requests. It must be pure.
   */
  update<K extends Key<Data>>(
    key: K,
    change: (current: Immutable<Data[K]> | undefined) => Immutable<Data[K]>,
  ): void;

  /** Leaves a value for the requests to come, until one of them reads it. */
  flash<K extends Key<Flash>>(key: K, value: Immutable<Flash[K]>): void;
  /** Leaves a value for the rest of this request only. */
  flashNow<K extends Key<Flash>>(key: K, value: Immutable<Flash[K]>): void;
  /** A value that an earlier request left, which uses it up; `undefined` when there is none. Twice: the same value. */
  getFlash<K extends Key<Flash>>(key: K): Immutable<Flash[K]> | undefined;
  /** Whether `getFlash` has a value; uses nothing up. */
  hasFlash(key: Key<Flash>): boolean;
  /** Keeps values although this request reads them: those named, or all. */
  keepFlash(...keys: Key<Flash>[]): void;

  /** Leaves a form's values, as flash `old.<field>`, to fill it in again. Leave passwords out. */
  flashOld(values: { readonly [field: string]: ImmutableJson | undefined }): void;
  /** Leaves the first message of each field, as flash `errors.<field>`; takes Zod's `fieldErrors` as they are. */
  flashErrors(errors: { readonly [field: string]: string | readonly string[] | undefined }): void;
  /** What was entered in a field, from flash `old.<field>`; `undefined` when nothing was. */
  old(field: string): ImmutableJson | undefined;
  /** What was wrong with a field, from flash `errors.<field>`; `undefined` when nothing was. */
  error(field: string): string | undefined;
  /** Whether `error` has a message; uses nothing up. */
  hasError(field: string): boolean;

  /** Gives the session a new id and keeps what it holds; the old id is dead at once. Call it whenever rights change. */
  regenerate(): void;
  /**
   * Ends the session: everything in it is gone, from the store too, and the cookie is cleared. Happens even when the handler
   * then fails. What is written afterwards begins a new session with a new id.
   */
  invalidate(): void;
  /**
   * Says whose session this is, for "your devices" and "log out everywhere". A subject it did not have before also gives it a
   * new id and a new beginning, so a session id planted before the login is worth nothing (OWASP, session fixation).
   */
  setSubject(subject: string): void;
  /** Gives this session an idle timeout of its own ("remember me"), in whole seconds. The absolute limit still holds. */
  setIdleTimeout(seconds: number): void;
}
