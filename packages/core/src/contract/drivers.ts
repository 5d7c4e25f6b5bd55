import type { DestroyAllOptions, SaveOptions, SessionContent, SessionData } from './session-store.ts';

/** A value, or a promise of it: driver functions may be synchronous or asynchronous. */
export type Awaitable<T> = T | PromiseLike<T>;

/** Tells whether a driver's function was asynchronous this time. */
export function isPromise<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === 'function';
}

/**
 * Returned by any function that writes when the backend itself says that nothing was written: a deadlock, SQLSTATE 40001, a
 * transient transaction error. Core pauses and calls the function again; after 20 refusals it fails with `CONFLICT`. A thrown
 * error is ambiguous, since the write may have happened: core reads the record to find out, and does not write again.
 *
 * @example
 * async insert(record) {
 *   try {
 *     return (await run(insertRow, record)) === 1;
 *   } catch (error) {
 *     if (isDeadlock(error)) return tryAgain;
 *     throw error;
 *   }
 * }
 */
export const tryAgain: unique symbol = Symbol.for('@store/core.tryAgain') as never;
export type TryAgain = typeof tryAgain;

/** One stored session, as a driver sees it: no id, so no driver can leak one. */
export interface SessionRecord {
  /** base64url SHA-256 of the session id: 43 characters of `A–Z a–z 0–9 - _`. */
  key: string;
  /** Versioned JSON text of the content; opaque to the driver, one line, no raw control characters. */
  payload: string;
  /** Whose session it is, for `listBySubject` and `deleteBySubject`. */
  subject: string | null;
  /** 53 random bits, drawn by core for every write. Compare for equality only. */
  version: number;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** The session's own idle timeout in seconds, if it has one; 0 only in a mark, the record that core leaves when a session moves. */
  idleTimeout: number | null;
}

/** The first and last characters of a payload that holds content and nothing else; see `RecordStorage.save`. */
export interface PlainPayload {
  readonly start: string;
  readonly end: string;
}

/** Which of a subject's records to delete. */
export interface DeleteBySubjectOptions {
  /** Spare this key. */
  exceptKey?: string;
  /** Delete this key only. */
  onlyKey?: string;
}

/**
 * What a backend must do to get every guarantee of this library. Compare-and-swap (`replace`) is the one
 * concurrency primitive; core does ids, expiry, encoding, retries and queues.
 *
 * Any function may throw: core reports `UNAVAILABLE` with the thrown value as `cause`; a `StoreError` is rethrown unchanged.
 */
export interface RecordStorage {
  /** The record under `key`, live or expired: core judges. `undefined` when there is none. */
  read(key: string): Awaitable<SessionRecord | undefined>;
  /**
   * Stores a new record. `false`, and nothing written, when its key is taken. Atomic: of two inserts of one key one is `true`.
   *
   * @param now The time of this write in epoch milliseconds, for a backend that expires records natively: set its
   * expiry to the record's remaining life plus a day. It is a backstop; when a session ends is core's decision.
   */
  insert(record: SessionRecord, now: number): Awaitable<boolean | TryAgain>;
  /**
   * Atomically replaces the record under `key`, only if it still has `version`; otherwise `false` and nothing
   * written. `next.key` may differ: the record moves in the same step, and `false` if that key is taken. `next.version` may
   * equal `version`: that is how core touches a session that ends within two minutes.
   */
  replace(key: string, version: number, next: SessionRecord, now: number): Awaitable<boolean | TryAgain>;
  /**
   * Optional: `replace` to another key that leaves `mark`, a record like any other, under the old one, in one atomic
   * step; `false`, and nothing written, if the version is gone or the new key is taken. If it is missing, core calls `replace`
   * and then inserts the mark; a process that dies in between leaves a session that destroying the old id does not reach.
   */
  move?(
    key: string,
    version: number,
    next: SessionRecord,
    mark: SessionRecord,
    now: number,
  ): Awaitable<boolean | TryAgain>;
  /**
   * Extends a record's life. If the record exists and its `expiresAt` is later than `expiresAfter`, stores the later of its
   * `expiresAt` and the given one, leaves the version unchanged, and returns `true`; otherwise `false`.
   *
   * @param expiresAfter Up to two minutes ahead of the clock, so that no touch extends a mark. Only compare with it.
   */
  touch(key: string, expiresAfter: number, expiresAt: number): Awaitable<boolean | TryAgain>;
  /**
   * Optional: what core's `save` does, in one step instead of up to three. Stores the record if its key is free. Over an
   * existing record it writes only `version`, `payload` and `expiresAt`, and only if all of these hold: that record expires
   * later than `record.createdAt`, which is the time of this write; it was created later than `createdAfter`; it has the same
   * `idleTimeout`; `record.subject` is `null` or the same; and its payload begins with `plain.start` and ends with `plain.end`,
   * which are the same in every call, so that it holds nothing that core would have to keep. Otherwise `false`, and nothing written: core then reads and
   * replaces, so `false` is always safe. Atomic with `replace`.
   */
  save?(record: SessionRecord, createdAfter: number, plain: PlainPayload): Awaitable<boolean | TryAgain>;
  /** Removes the record; a missing one is no error. Atomic with `replace`. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most deletes have nothing to say
  delete(key: string): Awaitable<void | TryAgain>;
  /**
   * Optional: removes the session under `key`, whatever its version, readable or not. A record whose `idleTimeout` is 0 is the
   * mark of a session that has moved, and must stay. `true` if a record was removed. Atomic with `replace` and `move`, so that a
   * logout misses no move. If it is missing, core replaces the record with a tombstone and deletes that. After `tryAgain` core
   * looks for a mark in between, up to 100 times, and then deletes what it finds: a logout must be possible.
   */
  deleteSession?(key: string): Awaitable<boolean | TryAgain>;
  /** Removes at most `limit` records whose `expiresAt` is at or before `now`, checked at the moment of removal. @returns how many */
  deleteExpired(now: number, limit: number): Awaitable<number | TryAgain>;
  /**
   * Optional: at most `limit` records, live or expired, in any fixed order of keys; `after` is the last key of the page
   * before. For `count`, `entries` and `clear`; without it they are `UNSUPPORTED`.
   */
  scan?(after: string | undefined, limit: number): Awaitable<SessionRecord[]>;
  /** Every record of the subject, live or expired. Leave out if the backend keeps no subjects. */
  listBySubject?(subject: string): Awaitable<SessionRecord[]>;
  /** Removes the subject's records, atomically with `replace`. @returns how many */
  deleteBySubject?(subject: string, options: DeleteBySubjectOptions): Awaitable<number | TryAgain>;
  /** Closes what the driver opened, and only that. */
  close?(): Awaitable<void>;
}

/** What a plain driver's `load` returns: the content, and what else it happens to keep. */
export interface DriverSession extends SessionContent {
  createdAt?: number;
  expiresAt?: number;
  subject?: string;
  idleTimeout?: number;
  expireOnClose?: boolean;
}

/**
 * Four functions, synchronous or asynchronous: the quickest way to a store.
 *
 * Core promises no lost update within one process, nothing across processes; expiry is the driver's own. For
 * the full guarantees implement `RecordStorage` instead, which also never sees a session id: these functions do.
 */
export interface StoreDriver {
  /** `undefined`, or empty data and flash, when the session is missing or expired. */
  load(id: string): Awaitable<DriverSession | undefined>;
  /** Stores the content under `id`, whatever was there. `options` is for drivers that keep more than content. */
  save(id: string, data: SessionData, flash: SessionData, options: SaveOptions): Awaitable<void>;
  /** Removes the session; a missing one is no error. */
  destroy(id: string): Awaitable<void>;
  /** Removes expired sessions. A number returned is how many. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a gc that counts nothing returns nothing
  gc(): Awaitable<number | void>;
  /** Closes what the driver opened. */
  close?(): Awaitable<void>;
}

/** What a cookie driver opened: a session whose real id and times travel inside the cookie. */
export interface CookieSession extends SessionContent {
  id: string;
  createdAt: number;
  expiresAt: number;
  subject?: string;
  idleTimeout?: number;
  expireOnClose?: boolean;
  /**
   * Names the chain of ids that this session has had, so that ending one of them ends them all. Opaque: what `load`
   * returns comes back with the next `cookieValue` of that session, under a new id too; a new session has none.
   */
  family?: string;
  /** Opaque. What a later version of the driver sealed next to the content; comes back with the next `cookieValue`. */
  unknownFields?: SessionData;
  /** Opaque. What `load` returns comes back with the next `cookieValue` of that session; a new one has none. */
  version?: number;
  /** Asks for the cookie to be sealed again by this request. Only from `load`. */
  renew?: boolean;
}

/** What `load` returns for the cookie of an id that its session no longer has. */
export interface MovedCookieSession {
  moved: true;
  /** The id sealed inside the cookie, not the session's new one. */
  id: string;
}

/** Stores the session in the cookie itself. */
export interface CookieStoreDriver {
  /**
   * Opens a cookie's value. `undefined` when it is foreign, tampered with, expired or revoked; never throws for those.
   * `moved: true` when the session has had a new id for less than a minute, so that a late request with the old cookie does not
   * replace the new one.
   */
  load(cookieValue: string): Awaitable<CookieSession | MovedCookieSession | undefined>;
  /**
   * Turns a session into a cookie's value, or `''` when it was revoked meanwhile. Core fills in both times.
   *
   * @param accept Throws if the value cannot be used, for example because it is too large for a cookie. A driver that retires a
   * session's old id must call it first, with the finished value. Every other driver can ignore it: core checks what is returned.
   */
  cookieValue(session: CookieSession, accept: (value: string) => void): Awaitable<string>;
  /** Revokes one session id, and every id of its family. Without it, `destroy` does nothing. */
  destroy?(id: string): Awaitable<void>;
  /** Revokes a subject's sessions. Without it, `destroyAll` is `UNSUPPORTED`. */
  destroyAll?(subject: string, options: DestroyAllOptions): Awaitable<number>;
  /** Closes what the driver opened. */
  close?(): Awaitable<void>;
}
