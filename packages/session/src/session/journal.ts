import {
  assertJsonValue,
  createSessionId,
  type SaveOptions,
  type StoredSession,
  StoreError,
} from '@store/core';
import { DataChanges } from './data-changes.ts';
import { FlashChanges } from './flash-changes.ts';
import type { SchemaCheck } from './schema.ts';
import { noSession, type SessionWrite } from './session-write.ts';
import { notAskedFor, unsupported } from './strict-session.ts';

/** Which changes a session still accepts. */
export type SessionPhase =
  /** The headers have not been sent: any change. */
  | 'open'
  /** The headers have been sent, and the session is on the server: values can still be saved, but the cookie cannot change. */
  | 'values-only'
  /** The headers have been sent, and any change would need a cookie. */
  | 'closed';

/** Why a session rejects writes. */
export interface ReadOnly {
  outcome: 'peeked' | 'anonymous';
  reason: 'peek' | 'store-failure';
  error(): Error;
}

/** Why a request's changes are dropped. */
export type DropReason = 'handler-failed' | 'discarded';

/** Why the request started without a session. */
export type Absence =
  | 'no-cookie'
  | 'ambiguous-cookie'
  | 'unknown-session'
  | 'moved'
  | 'ended-during-request'
  | 'ended-earlier';

function cannotEndOthers(reason: string): StoreError {
  return unsupported(`endOthers() cannot end other sessions. ${reason}`);
}

/** Records what one request does to its session, to be replayed on the latest content when the session is written. */
export class Journal {
  readonly schema: SchemaCheck | undefined;
  /** Carries out the session's `save` and `reload`, is notified of changes after the headers were sent, and knows the store. */
  readonly request: {
    save(): Promise<boolean>;
    reload(): Promise<boolean>;
    noteLateChange(): void;
    now(): number;
    endsBySubject(): boolean;
    planMove(id: string, newId: string): void;
  };

  base: StoredSession = noSession;
  data: DataChanges = new DataChanges(noSession.data, []);
  flash: FlashChanges = new FlashChanges(noSession.flash);
  invalidKeys: readonly string[] = [];
  absence: Absence | undefined;
  /** Ids of live sessions in other cookies of the same name, and of sessions that have moved: `invalidate` ends them too. */
  alsoReceived: string[] = [];
  readOnly: ReadOnly | undefined;
  phase: SessionPhase = 'open';
  /** Whether loading is complete. With `lazy`, it may never start; the session cannot be used until it has finished. */
  isLoaded = false;
  /** Whether the handler read or changed the session. */
  isUsed = false;
  /** Why changes were dropped, and whether any had been made. Changes made afterwards can still be written. */
  dropped: { reason: DropReason; hadChanges: boolean } | undefined;
  // Whether the session needs a new id, which is generated on first use: most visitors need none.
  #isMoving = true;
  #newId: string | undefined;
  #options: SaveOptions = {};
  #replaces = false;
  #invalidated = false;
  #ended: string[] = [];
  #othersOf: string | undefined;

  constructor(schema: SchemaCheck | undefined, request: Journal['request']) {
    this.schema = schema;
    this.request = request;
  }

  /** Starts from what was loaded. */
  begin(stored: StoredSession): void {
    this.base = stored;
    this.invalidKeys = this.schema?.invalidKeys(stored.data) ?? [];
    this.data = new DataChanges(stored.data, this.invalidKeys);
    this.flash = new FlashChanges(stored.flash);
    this.#isMoving = !stored.exists;
    this.#newId = undefined;
    this.#options = {};
    this.#replaces = false;
  }

  /** Continues with what is stored now, with this request's changes on top. */
  rebase(stored: StoredSession): void {
    const { data, flash } = this;
    if (!stored.exists) {
      this.begin(stored);
      return;
    }
    this.base = stored;
    this.invalidKeys = this.schema?.invalidKeys(stored.data) ?? [];
    this.data = data.rebase(stored.data, this.invalidKeys);
    this.flash = flash.rebase(stored.flash);
  }

  /** Continues a session that an inner request started, with this request's changes on top. */
  continueWith(stored: StoredSession): void {
    const isRegenerated = this.base.exists && this.#isMoving;
    this.rebase(stored);
    // An id that the handler has seen must stay the session's id.
    this.#isMoving = isRegenerated || this.#newId !== undefined || this.#options.subject !== undefined;
    this.absence = undefined;
  }

  get id(): string {
    if (!this.#isMoving) return this.base.id;
    this.#newId ??= createSessionId();
    return this.#newId;
  }

  /** The id shown to the handler, which may pass it to `destroyAll` before it is stored. */
  showId(): string {
    const { base, id } = this;
    if (base.exists && this.#isMoving) this.request.planMove(base.id, id);
    return id;
  }

  get subject(): string | undefined {
    return this.#options.subject ?? this.base.subject;
  }

  /** Records that the handler uses the session. @throws {StoreError} `UNSUPPORTED` when `lazy` has not loaded it yet. */
  use(): this {
    if (!this.isLoaded) throw notAskedFor();
    this.isUsed = true;
    return this;
  }

  /** @throws {StoreError} when the session is read-only, or the change comes too late for the cookie it needs. */
  assertWritable(needsCookie: boolean): void {
    this.use();
    if (this.readOnly) throw this.readOnly.error();
    if (this.phase === 'open' || (this.phase === 'values-only' && !needsCookie)) return;
    throw new StoreError(
      'HEADERS_SENT',
      '[@store/session] The response is already being sent, and this change needs a cookie. Change the session before the response starts.',
    );
  }

  /** To be called after each change to data or flash. */
  noteChange(): void {
    if (this.phase !== 'open') this.request.noteLateChange();
  }

  /** Leaves a flash value for later requests. @throws {StoreError} `INVALID_VALUE` unless it is JSON; also as {@link assertWritable} */
  addFlash(key: string, value: unknown): void {
    this.assertWritable(false);
    assertJsonValue(value, `flash.${key}`);
    this.flash.add(key, value);
    this.noteChange();
  }

  get canConsumeFlash(): boolean {
    return !this.readOnly && this.phase !== 'closed';
  }

  regenerate(): void {
    this.#isMoving = true;
    this.#newId = undefined;
  }

  setOptions(options: SaveOptions): void {
    this.#options = { ...this.#options, ...options };
  }

  /** A login: another user's data is dropped, and the session gets a new id. */
  setSubject(subject: string): void {
    if (this.subject !== undefined && this.subject !== subject) {
      this.data = new DataChanges({}, []);
      this.flash = new FlashChanges({});
      this.#replaces = true;
    }
    this.setOptions({ subject });
    this.regenerate();
  }

  /** @throws {StoreError} `UNSUPPORTED` without a subject, and on a store that cannot end sessions by subject. */
  endOthers(): void {
    const { subject } = this;
    if (subject === undefined) throw cannotEndOthers('This session has no subject. Call setSubject() first.');
    if (!this.request.endsBySubject())
      throw cannotEndOthers('This store cannot end sessions by subject. Use a driver that can.');
    this.#othersOf = subject;
  }

  /** Whether the subject was set at most this many seconds ago. A login restarts `createdAt`. */
  isFresh(seconds: number): boolean {
    if (this.#options.subject !== undefined) return true;
    const { subject, createdAt } = this.base;
    if (subject === undefined || createdAt === undefined) return false;
    return this.request.now() - createdAt <= seconds * 1000;
  }

  invalidate(): void {
    if (this.base.exists) this.#ended.push(this.base.id);
    this.#ended.push(...this.alsoReceived.splice(0));
    this.#invalidated = true;
    if (this.absence === 'moved') this.absence = 'unknown-session';
    this.begin(noSession);
    this.invalidKeys = [];
  }

  /** Drops the unwritten changes made so far, except `invalidate`. */
  dropChanges(reason: DropReason): void {
    const hadChanges = this.isChanged || this.#options.subject !== undefined || this.#othersOf !== undefined;
    this.dropped = { reason, hadChanges: hadChanges || this.dropped?.hadChanges === true };
    this.#othersOf = undefined;
    if (this.phase === 'open') {
      this.begin(this.base);
    } else {
      // The handler still sees what was written with the response.
      this.data.take();
      this.flash.take();
    }
  }

  /** Records that a taken write has been stored, so that the next one builds on it. */
  noteStored({ change }: SessionWrite): void {
    this.base = { ...this.base, ...change({ data: this.base.data, flash: this.base.flash }) };
  }

  /** Whether `invalidate` was called and is not written yet. */
  get isInvalidated(): boolean {
    return this.#invalidated;
  }

  get isChanged(): boolean {
    return (
      this.data.isChanged ||
      this.flash.isChanged ||
      (this.base.exists && (this.#isMoving || this.#replaces || Object.keys(this.#options).length > 0))
    );
  }

  /** Takes what was done so far; later changes are recorded separately. */
  take(): SessionWrite {
    const { base } = this;
    const changed = this.isChanged;
    const isLasting = base.exists || changed || this.#options.subject !== undefined;
    const [replayData, replayFlash, replaces] = [this.data.take(), this.flash.take(), this.#replaces];
    const write: SessionWrite = {
      base,
      id: isLasting ? this.id : '',
      moves: base.exists && this.#isMoving,
      changed,
      change: (current) => ({
        data: replayData(replaces ? {} : current.data),
        flash: replayFlash(replaces ? {} : current.flash),
      }),
      options: this.#options,
      invalidated: this.#invalidated,
      ended: this.#ended,
      othersOf: this.#othersOf,
    };
    if (changed || write.invalidated || write.moves || isLasting !== base.exists) {
      // The next write builds on this one, whose version is not known here.
      const { version: _version, ...known } = base;
      const login = this.#options.subject === undefined ? {} : { createdAt: this.request.now() };
      this.base = { ...known, ...login, ...this.#options, id: write.id, exists: isLasting };
      if (replaces) {
        // The lifetime belonged to the other user.
        if (write.options.idleTimeout === undefined) delete this.base.idleTimeout;
        if (write.options.expireOnClose === undefined) delete this.base.expireOnClose;
      }
    }
    this.#isMoving = !isLasting;
    this.#newId = undefined;
    this.#options = {};
    this.#replaces = false;
    this.#invalidated = false;
    this.#ended = [];
    this.#othersOf = undefined;
    return write;
  }
}
