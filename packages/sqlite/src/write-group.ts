import { isBusy, pause, stayedBusy, transactionOpen } from './busy-wait.ts';
import type { Connection } from './sqlite-database.ts';

interface Write {
  run(): number;
  deadline: number;
  resolve(changes: number): void;
  reject(error: unknown): void;
}

/** How many writes share a transaction at most: about a millisecond of the event loop. */
const largestGroup = 100;

/**
 * Commits writes that arrive together in one transaction, in the order they came.
 *
 * Requests arrive in separate turns of one poll phase, so only `setImmediate` finds them together: a microtask gathers
 * nothing. A write that arrives alone runs without a transaction of its own.
 *
 * @returns A function that runs a write of one connection, without any `await` in it, and answers how many rows it changed.
 */
export function createWriteGroup(connection: Connection, busyTimeout: number) {
  const { database } = connection;
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  const rollback = database.prepare('rollback');
  const waiting: Write[] = [];
  /** How many of the next writes go one by one, because they failed together. */
  let single = 0;

  function runTogether(group: Write[]): number[] {
    if (database.inTransaction) throw transactionOpen();
    const [first] = group;
    if (group.length === 1 && first !== undefined) return [first.run()];
    begin.run({});
    try {
      const changes = group.map((write) => write.run());
      commit.run({});
      return changes;
    } catch (error) {
      // SQLite ends the transaction by itself on some errors (disk full, I/O), and then a rollback would be the error.
      if (database.inTransaction) rollback.run({});
      throw error;
    }
  }

  /** @returns Why the database is busy, if it is; otherwise the group is settled or will be tried one by one. */
  function tryGroup(): { busy: unknown } | undefined {
    const group = waiting.slice(0, single > 0 ? 1 : largestGroup);
    try {
      const changes = connection.attempt(() => runTogether(group));
      group.forEach((write, index) => {
        write.resolve(changes[index] ?? 0);
      });
    } catch (error) {
      if (isBusy(error, database)) return { busy: error };
      if (group.length > 1) {
        single = group.length;
        return undefined;
      }
      group[0]?.reject(error);
    }
    waiting.splice(0, group.length);
    single = Math.max(0, single - group.length);
    return undefined;
  }

  function rejectOverdue(cause: unknown): void {
    const now = performance.now();
    while (waiting[0] !== undefined && waiting[0].deadline <= now) {
      waiting.shift()?.reject(stayedBusy(busyTimeout, cause));
      single = Math.max(0, single - 1);
    }
  }

  async function drain(): Promise<void> {
    for (let attempt = 0; waiting.length > 0; ) {
      const refused = tryGroup();
      if (refused === undefined) {
        attempt = 0;
        if (waiting.length > 0) await new Promise(setImmediate);
      } else {
        rejectOverdue(refused.busy);
        if (waiting.length > 0) await pause(attempt++);
      }
    }
  }

  return (run: () => number): Promise<number> =>
    new Promise((resolve, reject) => {
      waiting.push({ run, deadline: performance.now() + busyTimeout * 1000, resolve, reject });
      if (waiting.length === 1) setImmediate(drain);
    });
}
