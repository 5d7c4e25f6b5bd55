import type { Awaitable } from './awaitable.ts';

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
  /** The session's own idle timeout in seconds, if it has one. */
  idleTimeout: number | null;
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
 * Any function may throw: core reports `UNAVAILABLE` with the thrown value as `cause`; a `StoreError` passes as it is.
 */
export interface RecordStorage {
  /** The record under `key`, live or expired: core judges. `undefined` when there is none. */
  read(key: string): Awaitable<SessionRecord | undefined>;
  /** Stores a new record. `false`, and nothing written, when its key is there already. */
  insert(record: SessionRecord): Awaitable<boolean>;
  /**
   * Atomically replaces the record under `key`, only if it still has `version`; otherwise `false` and nothing
   * written. `next.key` may differ: the record moves in the same step, and `false` if that key is taken.
   */
  replace(key: string, version: number, next: SessionRecord): Awaitable<boolean>;
  /**
   * If the record is there and its `expiresAt` is later than `now`, stores the later of its `expiresAt` and the
   * given one, leaves the version as it is, and answers `true`.
   */
  touch(key: string, now: number, expiresAt: number): Awaitable<boolean>;
  /**
   * Optional: what core's `save` does, in one step instead of up to three. Stores the record if its
   * key is free. Over a record that is there writes only `version`, `payload` and `expiresAt`, and only if that record
   * goes on unchanged otherwise: it expires later than `record.createdAt`, was created later than `createdAfter`, has the
   * same `idleTimeout`, and `record.subject` is `null` or the same. Otherwise `false`, and nothing written: core then
   * reads and replaces, so `false` is always a safe answer. Atomic with `replace`.
   */
  save?(record: SessionRecord, createdAfter: number): Awaitable<boolean>;
  /** Removes the record; none there is no error. Atomic with `replace`. */
  delete(key: string): Awaitable<void>;
  /** Removes at most `limit` records whose `expiresAt` is at or before `now`, checked at the moment of removal. @returns how many */
  deleteExpired(now: number, limit: number): Awaitable<number>;
  /** Every record of the subject, live or expired. Leave out if the backend keeps no subjects. */
  listBySubject?(subject: string): Awaitable<SessionRecord[]>;
  /** Removes the subject's records, atomically with `replace`. @returns how many */
  deleteBySubject?(subject: string, options: DeleteBySubjectOptions): Awaitable<number>;
  /** Ends what the driver opened, and only that. */
  close?(): Awaitable<void>;
}
