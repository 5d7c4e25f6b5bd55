import type { RecordStorage, SessionRecord, TryAgain } from '../contract/drivers.ts';
import type { Awaitable } from '../contract/session-content.ts';
import type { ResolvedTimeouts, StoredSession, TouchOptions } from '../contract/session-store.ts';
import { isStoreError } from '../errors.ts';
import {
  decodePayload,
  encodeMark,
  endedPayload,
  missingSession,
  type PayloadContent,
  storedSession,
} from '../format/payload.ts';
import { isSessionId, sessionKey } from '../format/session-id.ts';
import { assertBase } from '../options/options.ts';
import { effectiveExpiry, nextExpiry, readClock } from '../options/timeouts.ts';
import type { Report } from '../report.ts';
import { backendError, callBackend, isPromise } from '../store/assemble-store.ts';
import { TwoStepMoves } from './move.ts';

/** A live session: its record, without the text, and its content. */
export interface LiveSession {
  record: Omit<SessionRecord, 'payload'>;
  content: PayloadContent;
  /** When it ends under the limits in force. */
  expiresAt: number;
}

/** By how much the clocks of two servers may differ, in milliseconds. */
const clockSkew = 60_000;

/** How long an id that was given up still says where its session went, in milliseconds. */
const markLife = 60_000;

/**
 * A touch that has not read the record first reaches only records that live longer than this. A mark never does: it
 * lives a minute, and the clocks of two servers may differ by one more.
 */
const longerThanMarks = markLife + clockSkew;

/**
 * The storage under the rules of core: what counts as live, what a mark means, and what became of a write that failed.
 * Everything is synchronous as long as the storage is.
 */
export class Records {
  readonly name: string;
  readonly storage: RecordStorage;
  readonly timeouts: ResolvedTimeouts;
  readonly maxBytes: number;
  readonly report: Report;
  readonly #twoSteps: TwoStepMoves;

  constructor(
    name: string,
    storage: RecordStorage,
    timeouts: ResolvedTimeouts,
    maxBytes: number,
    report: Report,
  ) {
    this.name = name;
    this.storage = storage;
    this.timeouts = timeouts;
    this.maxBytes = maxBytes;
    this.report = report;
    this.#twoSteps = new TwoStepMoves(report);
  }

  now(): number {
    return readClock(this.name, this.timeouts.now);
  }

  call<T>(doing: string, call: () => Awaitable<T>): Awaitable<T> {
    return callBackend(this.name, doing, call);
  }

  read(key: string): Awaitable<SessionRecord | undefined> {
    try {
      const found = this.storage.read(key);
      return isPromise(found) ? found.then(undefined, this.#readFailed) : found;
    } catch (cause) {
      return this.#readFailed(cause);
    }
  }

  readonly #readFailed = (cause: unknown): never => {
    throw backendError(this.name, 'read a session', cause);
  };

  load(id: string): Awaitable<StoredSession> {
    if (!isSessionId(id)) return missingSession(id);
    const now = this.now();
    const found = this.read(sessionKey(id));
    return isPromise(found)
      ? found.then((record) => this.#loaded(id, record, now))
      : this.#loaded(id, found, now);
  }

  #loaded(id: string, found: SessionRecord | undefined, now: number): StoredSession {
    const session = this.open(found, now);
    if (session === undefined) return missingSession(id);
    if (session === 'moved') return { ...missingSession(id), moved: true };
    const { createdAt, subject, idleTimeout, version } = session.record;
    return storedSession(id, session.content, {
      createdAt,
      expiresAt: session.expiresAt,
      subject,
      idleTimeout,
      expireOnClose: session.content.expireOnClose,
      version,
    });
  }

  touch(id: string, { base }: TouchOptions = {}): Awaitable<boolean> {
    if (!isSessionId(id)) return false;
    assertBase(this.name, id, base);
    const key = sessionKey(id);
    const now = this.now();
    const known = sessionOfBase(key, base)?.record;
    // An expired base may have been touched by others since; only the backend knows.
    if (!known || !this.isLive(known, now + longerThanMarks)) return this.#readAndTouch(key, now);
    const touched = this.#touch(key, known, now, now + longerThanMarks);
    if (isPromise(touched)) return touched.then((done) => done || this.#readAndTouch(key, now));
    return touched || this.#readAndTouch(key, now);
  }

  async #readAndTouch(key: string, now: number): Promise<boolean> {
    const session = this.open(await this.read(key), now);
    if (session === undefined || session === 'moved') return false;
    return this.#touch(key, session.record, now, now);
  }

  #touch(key: string, record: LiveSession['record'], now: number, expiresAfter: number): Awaitable<boolean> {
    const expiresAt = nextExpiry(this.timeouts, now, record.createdAt, record.idleTimeout);
    return this.call('touch a session', () => this.storage.touch(key, expiresAfter, expiresAt));
  }

  isLive({ createdAt, expiresAt }: Pick<SessionRecord, 'createdAt' | 'expiresAt'>, now: number): boolean {
    return now < effectiveExpiry(this.timeouts, createdAt, expiresAt);
  }

  /**
   * The session in a record if it is live and readable. A payload that cannot be read is reported.
   *
   * @returns `moved` for the mark of a session that has another id now
   * @throws {StoreError} `INCOMPATIBLE` when a newer version of core wrote it.
   */
  open(found: SessionRecord | undefined, now: number): LiveSession | 'moved' | undefined {
    if (!found || found.expiresAt <= now) return undefined;
    const content = decodePayload(found.payload);
    if (content && 'moved' in content) return 'moved';
    const expiresAt = effectiveExpiry(this.timeouts, found.createdAt, found.expiresAt);
    if (now >= expiresAt) return undefined;
    if (content) return { record: found, content, expiresAt };
    if (found.payload === endedPayload) return undefined;
    this.report({ type: 'unreadable-session', reason: 'the stored payload is damaged, or not one of ours' });
    return undefined;
  }

  insert(record: SessionRecord, now: number): Awaitable<boolean | TryAgain> {
    return this.#write(record, () => this.storage.insert(record, now));
  }

  /** `save` of the storage, or `insert` where it has none. @returns `false` when more has to be known */
  saveInOneStep(record: SessionRecord, createdAfter: number, now: number): Awaitable<boolean | TryAgain> {
    const { storage } = this;
    return this.#write(record, () =>
      storage.save ? storage.save(record, createdAfter) : storage.insert(record, now),
    );
  }

  replace(key: string, version: number, next: SessionRecord, now: number): Awaitable<boolean | TryAgain> {
    return this.#write(next, () => this.storage.replace(key, version, next, now));
  }

  /** Replaces to another key, and leaves a mark under the old one. */
  move(key: string, version: number, next: SessionRecord, now: number): Awaitable<boolean | TryAgain> {
    // createdAt 0 keeps a storage's `save` away from it, which asks for a later one.
    const mark: SessionRecord = {
      key,
      payload: encodeMark(next.key),
      subject: null,
      version: createRecordVersion(),
      createdAt: 0,
      expiresAt: now + markLife,
      idleTimeout: null,
    };
    if (this.storage.move)
      return this.#write(next, () => this.storage.move?.(key, version, next, mark, now) ?? false);
    return this.#twoSteps.move(
      key,
      () => this.replace(key, version, next, now),
      () => this.storage.insert(mark, now),
    );
  }

  /** The record under a key, or the mark of the session that moved away from it. */
  readOrMark(key: string): Promise<SessionRecord | undefined> {
    return this.#twoSteps.readBetween(key, () => this.read(key));
  }

  /** Removes a record if it is still that version. */
  deleteVersion(found: SessionRecord, now: number): Awaitable<boolean | TryAgain> {
    const { storage } = this;
    if (storage.deleteVersion)
      return this.call('remove a session', () => storage.deleteVersion?.(found.key, found.version) ?? false);
    return this.#deleteInTwoSteps(found, now);
  }

  async #deleteInTwoSteps(found: SessionRecord, now: number): Promise<boolean | TryAgain> {
    // Expired on every server, however their clocks differ.
    const expiresAt = Math.min(found.expiresAt, now - clockSkew);
    const ended = { ...found, payload: endedPayload, version: createRecordVersion(), expiresAt };
    const replaced = await this.replace(found.key, found.version, ended, now);
    if (replaced === true) await this.call('remove a session', () => this.storage.delete(found.key));
    return replaced;
  }

  /**
   * Overwrites a live session, whatever its version, with a record that is none, for `destroy` to remove. It never meets a
   * mark, whose `createdAt` is 0.
   *
   * @returns what was written; `undefined` where the storage has no `save`, or there is something else by now
   */
  async seize(found: SessionRecord, now: number): Promise<SessionRecord | undefined> {
    if (!this.storage.save) return undefined;
    const { key, idleTimeout } = found;
    const expiresAt = Math.max(found.expiresAt, nextExpiry(this.timeouts, now, now, idleTimeout));
    const version = createRecordVersion();
    const ended = {
      key,
      payload: endedPayload,
      subject: null,
      version,
      createdAt: now,
      expiresAt,
      idleTimeout,
    };
    return (await this.saveInOneStep(ended, 0, now)) === true ? ended : undefined;
  }

  /**
   * Runs a write. When the backend fails the write may have happened all the same (a connection lost after the commit):
   * the version, drawn for this write alone, tells. If it is not there the failure stands. The write could still arrive,
   * so a retry could count twice.
   */
  #write(next: SessionRecord, attempt: () => Awaitable<boolean | TryAgain>): Awaitable<boolean | TryAgain> {
    try {
      const written = attempt();
      return isPromise(written)
        ? written.then(undefined, (cause: unknown) => this.#afterFailure(next, cause))
        : written;
    } catch (cause) {
      return this.#afterFailure(next, cause);
    }
  }

  async #afterFailure(next: SessionRecord, cause: unknown): Promise<boolean> {
    const error = backendError(this.name, 'write a session', cause);
    if (!isStoreError(error, 'UNAVAILABLE')) throw error;
    let found: SessionRecord | undefined;
    try {
      found = await this.read(next.key);
    } catch {
      throw error;
    }
    if (found?.version !== next.version) throw error;
    this.report({ type: 'answer-recovered', reason: 'the backend failed after the write had been done' });
    return true;
  }
}

/** The live session that a `base` describes; `undefined` when it does not say enough to spare a read. */
export function sessionOfBase(key: string, base: StoredSession | undefined): LiveSession | undefined {
  if (!base?.exists) return undefined;
  const { data, flash, createdAt, expiresAt, version, subject = null, idleTimeout = null } = base;
  if (createdAt === undefined || expiresAt === undefined || version === undefined) return undefined;
  const content: PayloadContent = { data, flash };
  if (base.expireOnClose !== undefined) content.expireOnClose = base.expireOnClose;
  return { record: { key, version, createdAt, expiresAt, subject, idleTimeout }, content, expiresAt };
}

let pool = new Uint32Array(0);
let nextInPool = 0;

/**
 * A new record version: 53 random bits, never counted up, so that two writers that start from the same version never make
 * the same next one, even after a record was removed and created again.
 */
export function createRecordVersion(): number {
  // One call for many numbers costs little more than one for a single number.
  if (nextInPool === pool.length) {
    pool = crypto.getRandomValues(new Uint32Array(512));
    nextInPool = 0;
  }
  const high = (pool[nextInPool++] as number) >>> 11;
  const low = pool[nextInPool++] as number;
  return high * 2 ** 32 + low;
}
