import type { SessionRecord } from '../contract/drivers.ts';
import type { Awaitable } from '../contract/session-content.ts';
import type { SessionChange, StoredSession, UpdateOptions } from '../contract/session-store.ts';
import { markedKey } from '../format/payload.ts';
import { assertSessionId, isSessionId, sessionKey } from '../format/session-id.ts';
import { assertBase, assertSaveOptions } from '../options/options.ts';
import { isPromise } from '../store/assemble-store.ts';

import { mostMoves, tooManyConflicts } from './attempts.ts';
import type { Records } from './records.ts';
import { writeBatch } from './update.ts';

/** One caller's update, waiting for the write that will carry it. */
export class PendingUpdate {
  readonly change: SessionChange;
  readonly options: UpdateOptions;
  base: StoredSession | undefined;
  /** The key to move to, for an update with `newId`. */
  readonly newKey: string | undefined;
  #outcome: { written: boolean } | { error: unknown } | undefined;
  #resolve: ((written: boolean) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(change: SessionChange, options: UpdateOptions, newKey: string | undefined) {
    this.change = change;
    this.options = options;
    this.base = options.base;
    this.newKey = newKey;
  }

  /** @param written `false`: the session is gone */
  resolve(written: boolean): void {
    this.#outcome = { written };
    this.#resolve?.(written);
  }

  reject(error: unknown): void {
    this.#outcome = { error };
    this.#reject?.(error);
  }

  /** What became of it, without a promise if that is known already. */
  outcome(): Awaitable<boolean> {
    const outcome = this.#outcome;
    if (!outcome) {
      return new Promise((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
    }
    if ('error' in outcome) throw outcome.error;
    return outcome.written;
  }
}

/**
 * Queues updates by session: the first is written immediately, those that arrive during that write share the next one.
 * Fifty parallel updates of one session in one process take two writes that way, and no conflict.
 */
export class UpdateQueue {
  readonly #records: Records;
  readonly #waiting = new Map<string, PendingUpdate[]>();

  constructor(records: Records) {
    this.#records = records;
  }

  update(id: string, change: SessionChange, options: UpdateOptions = {}): Awaitable<boolean> {
    const { base, newId } = options;
    assertBase(this.#records.name, id, base);
    assertSaveOptions(this.#records.name, options);
    if (newId !== undefined) assertSessionId(newId);
    if (!isSessionId(id)) return false;
    const newKey = newId === undefined || newId === id ? undefined : sessionKey(newId);
    if (newKey !== undefined && options.followMoves)
      return this.#follow(sessionKey(id), change, options, newKey);
    return this.#queued(sessionKey(id), change, options, newKey);
  }

  #queued(key: string, change: SessionChange, options: UpdateOptions, newKey?: string): Awaitable<boolean> {
    const update = new PendingUpdate(change, options, newKey);
    this.#enqueue(key, update);
    return update.outcome();
  }

  /** Moves the session from where it is now. One that moves meanwhile has left a mark, which is followed in turn. */
  async #follow(
    from: string,
    change: SessionChange,
    options: UpdateOptions,
    newKey: string,
  ): Promise<boolean> {
    let key = from;
    for (let moves = 0; moves < mostMoves; moves++) {
      const { base, ...others } = options;
      const known = moves === 0 && base ? { ...others, base } : others;
      if (await this.#queued(key, change, known, newKey)) return true;
      const found = await this.#records.read(key);
      const target = found && markedKey(found.payload);
      if (target === undefined) return false;
      key = target;
    }
    throw tooManyConflicts(this.#records.name);
  }

  #enqueue(key: string, update: PendingUpdate): void {
    const queue = this.#waiting.get(key);
    if (queue) {
      queue.push(update);
      return;
    }
    const fresh = [update];
    this.#waiting.set(key, fresh);
    this.#drain(key, fresh, undefined);
  }

  /** Writes batch after batch, without a promise as long as the storage needs none. */
  #drain(key: string, queue: PendingUpdate[], before: SessionRecord | undefined): void {
    let known = before;
    while (queue.length > 0) {
      const written = writeBatch(this.#records, key, queue.splice(0), known, (moved) =>
        this.#close(key, moved),
      );
      if (isPromise(written)) {
        written.then((next) => this.#drain(key, queue, next));
        return;
      }
      known = written;
    }
    if (this.#waiting.get(key) === queue) this.#waiting.delete(key);
  }

  /**
   * The session has moved, and its callers are about to hear so: an update of the old id that comes from now on finds
   * nothing. Those that waited were there before the move was done, so they are applied to the session under its new key;
   * only another move has nothing left to move.
   */
  #close(key: string, moved: SessionRecord): void {
    const queue = this.#waiting.get(key)?.splice(0) ?? [];
    this.#waiting.delete(key);
    for (const update of queue) {
      update.base = undefined;
      if (update.newKey !== undefined) update.resolve(false);
      else this.#enqueue(moved.key, update);
    }
  }
}
