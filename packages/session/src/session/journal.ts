import { createSessionId, type SaveOptions, type StoredSession, StoreError } from '@store/core';
import { DataChanges } from './data-changes.ts';
import { FlashChanges } from './flash-changes.ts';
import type { SchemaCheck } from './schema.ts';
import { noSession, type SessionWrite } from './session-write.ts';
import { notAskedFor, unsupported } from './strict-session.ts';

/** Until when, and of what kind, a session takes changes. */
export type SessionPhase =
  /** The response has not left. */
  | 'open'
  /** It has, and the session is stored on the server: values can still be saved, the cookie cannot change. */
  | 'values-only'
  /** It has, and any change would need a cookie. */
  | 'closed';

/** Why a session refuses writes. */
export interface ReadOnly {
  outcome: 'peeked' | 'anonymous';
  reason: 'peek' | 'store-failure';
  error(): Error;
}

/** Why a request's changes are dropped. */
export type DropReason = 'handler-failed' | 'discarded';

/** Why there was no session at the beginning. */
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

/** What one request does to its session: recorded, and replayed on the newest content when it is written. */
export class Journal {
  readonly schema: SchemaCheck | undefined;
  /** Does what `save` and `reload` of the session ask for, is told of every change after the response left, and knows the store. */
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
  /** Ids of live sessions in other cookies of the name, and an id whose session has moved: `invalidate` ends them too. */
  alsoReceived: string[] = [];
  readOnly: ReadOnly | undefined;
  phase: SessionPhase = 'open';
  /** Whether the store has been asked. With `lazy` it may never be, and until then the session cannot be used. */
  isLoaded = false;
  /** Whether the handler looked at the session or changed it. */
  isUsed = false;
  /** Why changes were dropped, and whether there were any: what came afterwards can still be written. */
  dropped: { reason: DropReason; hadChanges: boolean } | undefined;
  // Whether the session needs an id other than the stored one. It is drawn when asked for: most visitors need none.
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

  /** Begins with what was loaded. */
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

  /** Goes on with what is stored by now, and with what this request did on top of it. */
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

  /** Continues a session that a request within this one has begun, with what this request did on top of it. */
  continueWith(stored: StoredSession): void {
    const isRegenerated = this.base.exists && this.#isMoving;
    this.rebase(stored);
    // An id that the handler has seen stays the session's.
    this.#isMoving = isRegenerated || this.#newId !== undefined || this.#options.subject !== undefined;
    this.absence = undefined;
  }

  get id(): string {
    if (!this.#isMoving) return this.base.id;
    this.#newId ??= createSessionId();
    return this.#newId;
  }

  /** The id as shown to the handler, which may pass it to `destroyAll` before it is stored. */
  showId(): string {
    const { base, id } = this;
    if (base.exists && this.#isMoving) this.request.planMove(base.id, id);
    return id;
  }

  get subject(): string | undefined {
    return this.#options.subject ?? this.base.subject;
  }

  /** Notes that the handler uses the session. @throws {StoreError} `UNSUPPORTED` when `lazy` has not asked the store yet. */
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
      '[@store/session] The response is on its way, and this change needs a cookie. Change the session before the response begins.',
    );
  }

  /** To be called after a change of data or flash. */
  noteChange(): void {
    if (this.phase !== 'open') this.request.noteLateChange();
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

  /** A login: another user's data is dropped, and the old id becomes worthless. */
  setSubject(subject: string): void {
    if (this.subject !== undefined && this.subject !== subject) {
      this.data = new DataChanges({}, []);
      this.flash = new FlashChanges({});
      this.#replaces = true;
    }
    this.setOptions({ subject });
    this.regenerate();
  }

  /** @throws {StoreError} `UNSUPPORTED` where there can be no others. */
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

  /** Drops what was done so far and is not written yet, `invalidate` excepted. */
  dropChanges(reason: DropReason): void {
    const hadChanges = this.isChanged || this.#options.subject !== undefined || this.#othersOf !== undefined;
    this.dropped = { reason, hadChanges: hadChanges || this.dropped?.hadChanges === true };
    this.#othersOf = undefined;
    if (this.phase === 'open') {
      this.begin(this.base);
    } else {
      // What was written with the response stays in sight.
      this.data.take();
      this.flash.take();
    }
  }

  /** Says that what was taken has been written, so that what comes next builds on it. */
  settle({ change }: SessionWrite): void {
    this.base = { ...this.base, ...change({ data: this.base.data, flash: this.base.flash }) };
  }

  /** Whether `invalidate` was called, and is not written yet. */
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

  /** Hands over what was done so far; what comes later is recorded apart. */
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
      // What is written next builds on this write, whose version is not known here.
      const { version: _version, ...known } = base;
      const login = this.#options.subject === undefined ? {} : { createdAt: this.request.now() };
      this.base = { ...known, ...login, ...this.#options, id: write.id, exists: isLasting };
      if (replaces) {
        // The lifetime was the other user's.
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
