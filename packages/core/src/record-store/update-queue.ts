import { type Awaitable, isPromise, type SessionRecord } from '../contract/drivers.ts';
import type { SessionChange, StoredSession, UpdateOptions } from '../contract/session-store.ts';

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

/** Updates of one session that one write will carry. */
export interface Batch {
  key: string;
  /** At most one of them moves the session, and it is the last, so that whatever waited with it is applied before it. */
  updates: PendingUpdate[];
  /** What the last write of this queue left, so that this one need not read. */
  known: SessionRecord | undefined;
  /** To be called once the session has moved, before any caller is told. */
  onMove(moved: SessionRecord): void;
}

/**
 * Queues updates by session: the first is written immediately, those that arrive during that write share the next one.
 * Fifty parallel updates of one session in one process take two writes that way, and no conflict.
 */
export class UpdateQueue {
  readonly #write: (batch: Batch) => Awaitable<SessionRecord | undefined>;
  readonly #waiting = new Map<string, PendingUpdate[]>();

  /** @param write Resolves or rejects each update of a batch, and never fails itself. @returns what is stored now, if known */
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

  /** Writes batch after batch, without a promise as long as the storage needs none. */
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
   * The session has moved, and its callers are about to be told: an update of the old id that comes from now on finds
   * nothing. Those that waited were there before the move was done, so they are applied to the session under its new key;
   * only another move has nothing left to move.
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

/** Takes every update, and of the moves only the first: the others wait for what becomes of it. */
function takeBatch(queue: PendingUpdate[]): PendingUpdate[] {
  if (queue.length === 1) return queue.splice(0);
  const [move, ...laterMoves] = queue.filter(({ newKey }) => newKey !== undefined);
  if (move === undefined) return queue.splice(0);
  const others = queue.filter(({ newKey }) => newKey === undefined);
  queue.splice(0, queue.length, ...laterMoves);
  return [...others, move];
}
