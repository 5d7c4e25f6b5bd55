import { setImmediate } from 'node:timers';
import type { Awaitable, RecordStorage } from '@store/core/driver';
import type { Connection, Prepared } from './connection/connection.ts';

/** Rows that are removed or postponed in one turn of the event loop: about a millisecond, wherever in the table they are. */
const mostPerTurn = 50;

interface GarbageCollection {
  connection: Connection;
  write(run: () => number, adds: boolean): Awaitable<number>;
  /** Whether `gc_at` of any row has come by then. */
  isDue(now: number): Awaitable<boolean>;
  deleteExpired: Prepared;
  postpone: Prepared;
}

/**
 * Makes the function that removes expired sessions, a few in each turn of the event loop. A row whose `gc_at` has come but
 * that is still alive is postponed to its newer `expires_at`.
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
    // Mostly there is nothing to do, and then no lock is taken.
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
