import { type Awaitable, isPromise, type SessionRecord } from '../contract/drivers.ts';
import type { SessionChange, UpdateOptions } from '../contract/session-store.ts';
import type { StoredSession } from '../contract/stored-session.ts';

/** One caller's update, waiting for the write that will include it. */
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

  /** The update's outcome, as a promise only if it is not known yet. */
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

/** Updates of one session that share a write. */
export interface Batch {
  key: string;
  /** At most one of them moves the session. It comes last, so that the others are applied before the move. */
  updates: PendingUpdate[];
  /** The record that this queue's previous write stored, so that this write does not have to read it. */
  known: SessionRecord | undefined;
  /** Must be called as soon as the session has moved, before any update is resolved. */
  onMove(moved: SessionRecord): void;
}

/**
 * Queues updates by session: the first is written immediately, and those that arrive during that write share the next one.
 * Fifty parallel updates of one session in one process thus need only two writes and cause no conflict.
 */
export class UpdateQueue {
  readonly #write: (batch: Batch) => Awaitable<SessionRecord | undefined>;
  readonly #waiting = new Map<string, PendingUpdate[]>();

  /** @param write Resolves or rejects each update of a batch and never fails. Returns the stored record, if known. */
  constructor(write: (batch: Batch) => Awaitable<SessionRecord | undefined>) {
    this.#write = write;
  }

  add(key: string, update: PendingUpdate): void {
    const queue = this.#waiting.get(key);
    if (queue) {
      queue.push(update);
      return;
    }
    const fresh = [update];
    this.#waiting.set(key, fresh);
    this.#drain(key, fresh, undefined);
  }

  /** Writes batch after batch; synchronous if the storage is. */
  #drain(key: string, queue: PendingUpdate[], before: SessionRecord | undefined): void {
    let known = before;
    while (queue.length > 0) {
      const onMove = (moved: SessionRecord) => this.#close(key, moved);
      const written = this.#write({ key, updates: takeBatch(queue), known, onMove });
      if (isPromise(written)) {
        written.then((next) => this.#drain(key, queue, next));
        return;
      }
      known = written;
    }
    if (this.#waiting.get(key) === queue) this.#waiting.delete(key);
  }

  /**
   * Runs after a move, before its updates are resolved: an update under the old id that arrives from now on finds no session.
   * Updates that are already waiting arrived before the move was complete, so they are applied to the session under its new key.
   * A waiting move resolves to `false`, because the old id can no longer move.
   */
  #close(key: string, moved: SessionRecord): void {
    const queue = this.#waiting.get(key)?.splice(0) ?? [];
    this.#waiting.delete(key);
    for (const update of queue) {
      update.base = undefined;
      if (update.newKey !== undefined) update.resolve(false);
      else this.add(moved.key, update);
    }
  }
}

/** Takes every plain update, but only the first move: later moves wait for its outcome. */
function takeBatch(queue: PendingUpdate[]): PendingUpdate[] {
  if (queue.length === 1) return queue.splice(0);
  const [move, ...laterMoves] = queue.filter(({ newKey }) => newKey !== undefined);
  if (move === undefined) return queue.splice(0);
  const others = queue.filter(({ newKey }) => newKey === undefined);
  queue.splice(0, queue.length, ...laterMoves);
  return [...others, move];
}
