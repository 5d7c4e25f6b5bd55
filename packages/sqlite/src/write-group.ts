import type { Awaitable } from '@store/core/driver';
import { isBusy, pause, stayedBusy, transactionOpen } from './busy-wait.ts';
import type { Connection } from './sqlite-database.ts';

interface Write {
  run(): number;
  deadline: number;
  resolve(changes: number): void;
  reject(error: unknown): void;
}

/** How many writes share a transaction at most: one or two milliseconds of the event loop. */
const largestGroup = 100;

/** How many writes may run one by one in a turn of the event loop: a loop that awaits saves must not starve requests. */
const mostPerTurn = 8;

/**
 * Commits writes that arrive together in one transaction, in the order they came.
 *
 * Requests arrive in separate callbacks of one turn of the event loop, so only `setImmediate` finds them together; a
 * microtask finds none. Waiting for it costs a lone write 7 of 47 µs, so writes run at once until a turn brings more than
 * one, and are gathered from then on until a turn brings a single one again.
 *
 * @returns A function that runs a write, which has no `await` in it, and answers how many rows it changed.
 */
export function createWriteGroup(connection: Connection, busyTimeout: number) {
  const { database } = connection;
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  const rollback = database.prepare('rollback');

  const waiting: Write[] = [];
  let turnScheduled = false;
  let draining = false;
  let gathering = false;
  /** Writes run at once in this turn. */
  let ranAtOnce = 0;
  /** Whether the caller of the latest of those has had the chance to go on: if not, a second caller is here. */
  let answered = true;
  /** How many of the next writes go one by one, because they failed together. */
  let separate = 0;

  return (run: () => number): Awaitable<number> => {
    if (!turnScheduled) {
      turnScheduled = true;
      setImmediate(endTurn);
    }
    if (!gathering && answered && waiting.length === 0 && ranAtOnce < mostPerTurn) {
      try {
        return runAtOnce(run);
      } catch (error) {
        if (!isBusy(error, database)) throw error;
      }
    }
    return new Promise((resolve, reject) => {
      waiting.push({ run, deadline: performance.now() + busyTimeout * 1000, resolve, reject });
    });
  };

  function runAtOnce(run: () => number): number {
    const changes = connection.attempt(() => runAlone(run));
    connection.checkpoints.committed(changes);
    ranAtOnce += 1;
    answered = false;
    queueMicrotask(() => {
      answered = true;
    });
    return changes;
  }

  function endTurn(): void {
    turnScheduled = false;
    gathering = waiting.length > 1 || (waiting.length === 0 && ranAtOnce > 1);
    ranAtOnce = 0;
    if (!draining) drain();
  }

  async function drain(): Promise<void> {
    draining = true;
    for (let attempt = 0; waiting.length > 0; ) {
      const busy = settleSome();
      if (busy === undefined) {
        attempt = 0;
        if (waiting.length > 0) await new Promise(setImmediate);
      } else {
        rejectOverdue(busy.cause);
        if (waiting.length > 0) await pause(attempt++);
      }
    }
    draining = false;
  }

  /** Settles the writes at the front of the queue. @returns why not, if the database is busy */
  function settleSome(): { cause: unknown } | undefined {
    const group = waiting.slice(0, separate > 0 ? 1 : largestGroup);
    try {
      const changes = connection.attempt(() =>
        group.length > 1 ? runTogether(group) : group.map(({ run }) => runAlone(run)),
      );
      for (const [index, write] of group.entries()) write.resolve(changes[index] ?? 0);
      connection.checkpoints.committed(changes.reduce((sum, count) => sum + count, 0));
    } catch (error) {
      if (isBusy(error, database)) return { cause: error };
      if (group.length > 1) {
        separate = group.length;
        return undefined;
      }
      group[0]?.reject(error);
    }
    leave(group.length);
    return undefined;
  }

  function runAlone(run: () => number): number {
    if (database.inTransaction) throw transactionOpen();
    return run();
  }

  function runTogether(group: Write[]): number[] {
    if (database.inTransaction) throw transactionOpen();
    begin.run();
    try {
      const changes = group.map(({ run }) => run());
      commit.run();
      return changes;
    } catch (error) {
      // On some errors (disk full, I/O) SQLite has ended the transaction already, and a rollback would fail.
      if (database.inTransaction) rollback.run();
      throw error;
    }
  }

  function rejectOverdue(cause: unknown): void {
    const now = performance.now();
    const stillInTime = waiting.findIndex(({ deadline }) => deadline > now);
    for (const write of leave(stillInTime < 0 ? waiting.length : stillInTime)) {
      write.reject(stayedBusy(busyTimeout, cause));
    }
  }

  function leave(count: number): Write[] {
    separate = Math.max(0, separate - count);
    return waiting.splice(0, count);
  }
}
