import { setImmediate } from 'node:timers';
import type { Awaitable, RecordStorage } from '@store/core/driver';
import type { Connection, Prepared } from './connection/connection.ts';

/** Rows deleted or postponed per turn of the event loop: about a millisecond of work, wherever they are in the table. */
const mostPerTurn = 50;

interface GarbageCollection {
  connection: Connection;
  write(run: () => number, adds: boolean): Awaitable<number>;
  /** Whether any row has a `gc_at` no later than `now`. */
  isDue(now: number): Awaitable<boolean>;
  deleteExpired: Prepared;
  postpone: Prepared;
}

/**
 * Creates the function that deletes expired sessions in small batches, yielding to the event loop between them. A row that is
 * due but still alive is postponed: its `gc_at` moves to its newer `expires_at`.
 */
export function createCollectGarbage({
  connection,
  write,
  isDue,
  deleteExpired,
  postpone,
}: GarbageCollection): RecordStorage['deleteExpired'] {
  return async (now, limit) => {
    connection.reserve?.keep();
    // Usually nothing is due; in that case, no write lock is taken.
    if (!(await isDue(now))) return 0;
    connection.checkpoints?.collecting(true);
    try {
      for (let removed = 0; ; ) {
        const due = { now, limit: Math.min(limit - removed, mostPerTurn) };
        removed += await write(() => deleteExpired.current.run(due).changes, false);
        await write(() => postpone.current.run(due).changes, false);
        await connection.checkpoints?.caughtUp();
        if (removed >= limit || !(await isDue(now))) return removed;
        await new Promise(setImmediate);
      }
    } finally {
      connection.checkpoints?.collecting(false);
    }
  };
}
