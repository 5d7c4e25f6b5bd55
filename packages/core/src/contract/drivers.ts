import type { DestroyAllOptions, SaveOptions } from './session-store.ts';
import type { SessionContent, SessionData } from './stored-session.ts';

/**
 * A value, or a promise that resolves to it: driver functions may be synchronous or asynchronous.
 *
 * @example
 * import type { Awaitable } from '@store/core';
 * async function inSeconds(milliseconds: () => Awaitable<number>) {
 *   return (await milliseconds()) / 1000;
 * }
 * await inSeconds(() => 1500); // 1.5
 */
export type Awaitable<T> = T | PromiseLike<T>;

/** Whether a driver's function returned a promise. */
export function isPromise<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === 'function';
}

/**
 * Any function that writes can return this when the backend itself reports that nothing was written: a deadlock, SQLSTATE 40001,
 * a transient transaction error. Core pauses and calls the function again; after 20 refusals it fails with `CONFLICT`. A thrown
 * error is ambiguous, because the write may have happened: core reads the record to find out, and does not write again.
 *
 * @example
 * import { type RecordStorage, tryAgain } from '@store/core/driver';
 * import { memoryStorage } from '@store/core/memory';
 * const backend = memoryStorage();
 * const insert: RecordStorage['insert'] = async (record, now) => {
 *   try {
 *     return await backend.insert(record, now);
 *   } catch (error) {
 *     if ((error as { code?: string }).code === '40001') return tryAgain;
 *     throw error;
 *   }
 * };
 */
export const tryAgain: unique symbol = Symbol.for('@store/core.tryAgain') as never;
export type TryAgain = typeof tryAgain;

/**
 * A stored session as a driver sees it. It does not contain the session id, so a driver cannot leak one.
 *
 * @example
 * import { createSessionId } from '@store/core';
 * import { createRecordStore, type SessionRecord } from '@store/core/driver';
 * import { memoryStorage } from '@store/core/memory';
 * const records = new Map<string, SessionRecord>();
 * await createRecordStore(memoryStorage(records)).save(createSessionId(), { cart: [] }, {});
 * for (const { payload } of records.values()) console.log(payload); // {"data":{"cart":[]},"flash":{},"v":1}
 */
export interface SessionRecord {
  /** base64url SHA-256 of the session id: 43 characters of `A–Z a–z 0–9 - _`. */
  key: string;
  /** The content as versioned JSON text: opaque to the driver, one line, no raw control characters. */
  payload: string;
  /** The owner of the session, such as a user id, for `listBySubject` and `deleteBySubject`. */
  subject: string | null;
  /** 53 random bits, new for every write. Compare for equality only. */
  version: number;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** An idle timeout for just this session, in seconds, or `null`; 0 only in a mark, the record that core leaves when a session moves. */
  idleTimeout: number | null;
}

/** The first and last characters of a payload that holds only content; see `RecordStorage.save`. */
export interface PlainPayload {
  readonly start: string;
  readonly end: string;
}

/**
 * Which of a subject's records to delete.
 *
 * @example
 * import type { DeleteBySubjectOptions, SessionRecord } from '@store/core/driver';
 * const isToBeDeleted = ({ key }: SessionRecord, { exceptKey, onlyKey }: DeleteBySubjectOptions) =>
 *   key !== exceptKey && (onlyKey === undefined || key === onlyKey);
 */
export interface DeleteBySubjectOptions {
  /** Do not delete this key. */
  exceptKey?: string;
  /** Delete only this key. */
  onlyKey?: string;
}

/**
 * What a backend must implement to get every guarantee of this library. Compare-and-swap (`replace`) is the only
 * concurrency primitive; core handles ids, expiry, encoding, retries and queues.
 *
 * Any function may throw: core then fails with `UNAVAILABLE`, with the thrown value as `cause`; a `StoreError` is rethrown unchanged.
 *
 * @example
 * import { createRecordStore, type RecordStorage } from '@store/core/driver';
 * import { memoryStorage } from '@store/core/memory';
 * const { read, insert, replace, touch, delete: remove, deleteExpired } = memoryStorage();
 * const storage: RecordStorage = { read, insert, replace, touch, delete: remove, deleteExpired };
 * const store = createRecordStore(storage, { name: 'my-driver' }); // the other functions are optional
 */
export interface RecordStorage {
  /** The record under `key`, even if it has expired: core checks expiry. `undefined` if the key is free. */
  read(key: string): Awaitable<SessionRecord | undefined>;
  /**
   * Stores a new record. Returns `false` and writes nothing if the key is taken. Atomic: if two inserts race for a key, only one
   * returns `true`.
   *
   * @param now The time of this write in epoch milliseconds, for a backend that expires records natively: set that expiry to
   * the record's remaining lifetime plus a day. It is only a backstop; core decides when a session ends.
   */
  insert(record: SessionRecord, now: number): Awaitable<boolean | TryAgain>;
  /**
   * Atomically replaces the record under `key` if it still has `version`; otherwise returns `false` and writes nothing.
   * `next.key` may differ: the record then moves in the same step, or the result is `false` if that key is taken. `next.version`
   * may equal `version`: that is how core touches a session that ends within two minutes.
   */
  replace(key: string, version: number, next: SessionRecord, now: number): Awaitable<boolean | TryAgain>;
  /**
   * Optional: `replace` to another key that also stores `mark`, an ordinary record, under the old key, in one atomic step.
   * Returns `false` and writes nothing if the version is gone or the new key is taken. Without this function, core calls `replace`
   * and then inserts the mark; a process that dies in between leaves a session that cannot be ended through its old id.
   */
  move?(
    key: string,
    version: number,
    next: SessionRecord,
    mark: SessionRecord,
    now: number,
  ): Awaitable<boolean | TryAgain>;
  /**
   * Extends a record's lifetime. If the record exists and its `expiresAt` is later than `expiresAfter`, stores the later of its
   * `expiresAt` and the given one, leaves the version unchanged, and returns `true`; otherwise returns `false`.
   *
   * @param expiresAfter Up to two minutes ahead of the clock, so that no touch extends a mark. Use it only for this comparison.
   */
  touch(key: string, expiresAfter: number, expiresAt: number): Awaitable<boolean | TryAgain>;
  /**
   * Optional: does the work of core's `save` in one step instead of up to three. Stores the record if its key is free. Over an
   * existing record it writes only `version`, `payload` and `expiresAt`, and only if all of these hold: the existing record expires
   * later than `record.createdAt`, which is the time of this write; it was created later than `createdAfter`; it has the same
   * `idleTimeout`; `record.subject` is `null` or equal to its subject; and its payload begins with `plain.start` and ends with
   * `plain.end`, which are the same in every call: such a payload holds nothing that core would have to keep. Otherwise returns
   * `false` and writes nothing; core then reads and replaces, so `false` is always safe. Atomic with `replace`.
   */
  save?(record: SessionRecord, createdAfter: number, plain: PlainPayload): Awaitable<boolean | TryAgain>;
  /** Removes the record; a missing record is not an error. Atomic with `replace`. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most deletes return nothing
  delete(key: string): Awaitable<void | TryAgain>;
  /**
   * Optional: removes the session under `key`, regardless of its version, readable or not. A record whose `idleTimeout` is 0 is the
   * mark of a session that has moved, and must stay. Returns `true` if a record was removed. Atomic with `replace` and `move`, so
   * that a logout can never miss a move. Without this function, core replaces the record with a tombstone and then deletes it. If
   * the result is `tryAgain`, core looks for a mark before each retry, up to 100 times, and then deletes the session with
   * `delete`: a logout must succeed.
   */
  deleteSession?(key: string): Awaitable<boolean | TryAgain>;
  /** Removes at most `limit` records whose `expiresAt` is at or before `now` at the moment of removal. @returns the number removed */
  deleteExpired(now: number, limit: number): Awaitable<number | TryAgain>;
  /**
   * Optional: at most `limit` records, live or expired, in any fixed key order; `after` is the last key of the previous
   * page. Needed for `count`, `entries` and `clear`, which are otherwise `UNSUPPORTED`.
   */
  scan?(after: string | undefined, limit: number): Awaitable<SessionRecord[]>;
  /** Every record of the subject, live or expired. Omit this function if the backend does not store subjects. */
  listBySubject?(subject: string): Awaitable<SessionRecord[]>;
  /** Removes the subject's records. Atomic with `replace`. @returns the number removed */
  deleteBySubject?(subject: string, options: DeleteBySubjectOptions): Awaitable<number | TryAgain>;
  /** Closes only what the driver opened. */
  close?(): Awaitable<void>;
}

/**
 * What a plain driver's `load` returns: the content, and any other fields that the driver stores.
 *
 * @example
 * import { createStore, type DriverSession } from '@store/core';
 * const sessions = new Map<string, DriverSession>();
 * const store = createStore({
 *   load: (id) => sessions.get(id),
 *   save: (id, data, flash, options) => void sessions.set(id, { data, flash, ...options }),
 *   destroy: (id) => void sessions.delete(id),
 *   gc() {},
 * });
 */
export interface DriverSession extends SessionContent {
  createdAt?: number;
  expiresAt?: number;
  subject?: string;
  idleTimeout?: number;
  expireOnClose?: boolean;
}

/**
 * Four functions, synchronous or asynchronous: the quickest way to build a store.
 *
 * Core prevents lost updates within one process, but guarantees nothing across processes. The driver handles expiry. For the full
 * guarantees, implement `RecordStorage` instead; unlike these functions, it never sees a session id.
 *
 * @example
 * import { createStore, type SessionContent, type StoreDriver } from '@store/core';
 * const sessions = new Map<string, SessionContent>();
 * const driver: StoreDriver = {
 *   load: (id) => sessions.get(id),
 *   save: (id, data, flash) => void sessions.set(id, { data, flash }),
 *   destroy: (id) => void sessions.delete(id),
 *   gc() {},
 * };
 * const store = createStore(driver, { name: 'my-driver' });
 */
export interface StoreDriver {
  /** `undefined`, or empty data and flash, when the session is missing or expired. */
  load(id: string): Awaitable<DriverSession | undefined>;
  /** Stores the content under `id`, replacing anything stored before. `options` is for drivers that store more than content. */
  save(id: string, data: SessionData, flash: SessionData, options: SaveOptions): Awaitable<void>;
  /** Removes the session; a missing session is not an error. */
  destroy(id: string): Awaitable<void>;
  /** Removes expired sessions. @returns the number removed, if the driver counts them */
  // biome-ignore lint/suspicious/noConfusingVoidType: a gc that counts nothing returns nothing
  gc(): Awaitable<number | void>;
  /** Closes what the driver opened. */
  close?(): Awaitable<void>;
}

/**
 * A session that a cookie driver decrypted: its id and times are in the cookie, too.
 *
 * @example
 * import { type CookieSession, createSessionId } from '@store/core';
 * const createdAt = Date.now();
 * const times = { createdAt, expiresAt: createdAt + 7_200_000 };
 * const session: CookieSession = { id: createSessionId(), data: { cart: [] }, flash: {}, ...times };
 */
export interface CookieSession extends SessionContent {
  id: string;
  createdAt: number;
  expiresAt: number;
  subject?: string;
  idleTimeout?: number;
  expireOnClose?: boolean;
  /**
   * Identifies all ids that this session has had, so that ending one of them ends them all. Opaque: the value from `load` is
   * passed to the session's next `cookieValue`, even under a new id; a new session has none.
   */
  family?: string;
  /** Opaque. Fields that a later version of the driver sealed next to the content; passed to the next `cookieValue`. */
  unknownFields?: SessionData;
  /** Opaque. The value from `load` is passed to the session's next `cookieValue`; a new session has none. */
  version?: number;
  /** Asks for the cookie to be sealed again during this request. Set only by `load`. */
  renew?: boolean;
}

/** What `load` returns for a cookie with the old id of a session that has moved. */
export interface MovedCookieSession {
  moved: true;
  /** The id sealed inside the cookie, not the session's new one. */
  id: string;
}

/**
 * Stores the session in the cookie itself.
 *
 * @example
 * import { type CookieSession, type CookieStoreDriver, createCookieStore, createSessionId } from '@store/core';
 * const sealed = new Map<string, CookieSession>();
 * const driver: CookieStoreDriver = {
 *   load: (value) => sealed.get(value),
 *   cookieValue(session) {
 *     const value = createSessionId(); // a real driver encrypts the session instead
 *     sealed.set(value, session);
 *     return value;
 *   },
 * };
 * createCookieStore(driver).kind; // 'cookie'
 */
export interface CookieStoreDriver {
  /**
   * Opens a cookie's value. Returns `undefined`, and never throws, if the cookie is foreign, tampered with, expired or revoked.
   * Returns `moved: true` if the session moved to a new id less than a minute ago, so that a late request with the old cookie does
   * not overwrite the new cookie.
   */
  load(cookieValue: string): Awaitable<CookieSession | MovedCookieSession | undefined>;
  /**
   * Turns a session into a cookie's value, or returns `''` if the session has been revoked. Core fills in both times.
   *
   * @param accept Throws if the value cannot be used, for example because it is too large for a cookie. A driver that retires a
   * session's old id must call `accept` with the finished value first. Other drivers can ignore it: core checks the returned value.
   */
  cookieValue(session: CookieSession, accept: (value: string) => void): Awaitable<string>;
  /** Revokes a session id and every other id in its family. Without this function, `destroy` does nothing. */
  destroy?(id: string): Awaitable<void>;
  /** Revokes a subject's sessions. Without this function, `destroyAll` is `UNSUPPORTED`. */
  destroyAll?(subject: string, options: DestroyAllOptions): Awaitable<number>;
  /** Closes what the driver opened. */
  close?(): Awaitable<void>;
}
