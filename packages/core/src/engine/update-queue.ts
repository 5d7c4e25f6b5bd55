import type { SessionRecord } from '../contract/record-storage.ts';
import type { SessionChange, StoredSession, UpdateOptions } from '../contract/session-store.ts';

/** One caller's update, waiting for the write that will carry it. */
export interface PendingUpdate {
  change: SessionChange;
  options: UpdateOptions;
  base: StoredSession | undefined;
  /** The key to move to, for an update with `newId`. */
  newKey: string | undefined;
  /** `true`: written. `false`: the session is gone. */
  resolve(written: boolean): void;
  reject(error: unknown): void;
}

/**
 * Writes a batch and settles every update in it; never rejects.
 *
 * @param known What the last write of this queue left behind, so that the next one need not read.
 * @returns what is stored now, or `undefined` when that is not known
 */
export type WriteBatch = (
  key: string,
  batch: PendingUpdate[],
  known: SessionRecord | undefined,
) => Promise<SessionRecord | undefined>;

/**
 * Queues updates by session: the first is written at once, those that come while it is being written share the next write.
 * Fifty parallel updates of one session in one process so take two writes and no conflict.
 */
export function createUpdateQueue(writeBatch: WriteBatch): (key: string, update: PendingUpdate) => void {
  const waiting = new Map<string, PendingUpdate[]>();

  async function drain(key: string, queue: PendingUpdate[]): Promise<void> {
    let known: SessionRecord | undefined;
    while (queue.length > 0) {
      known = await writeBatch(key, queue.splice(0), known);
      if (known && known.key !== key) break;
    }
    waiting.delete(key);
    // The session moved while these waited. They were queued before the move was done, so they belong to it as much as
    // those that were written with it; only a second move has nothing left to move.
    for (const update of queue) {
      if (update.newKey !== undefined || !known) update.resolve(false);
      else enqueue(known.key, { ...update, base: undefined });
    }
  }

  function enqueue(key: string, update: PendingUpdate): void {
    const queue = waiting.get(key);
    if (queue) {
      queue.push(update);
      return;
    }
    const fresh = [update];
    waiting.set(key, fresh);
    void drain(key, fresh);
  }

  return enqueue;
}
