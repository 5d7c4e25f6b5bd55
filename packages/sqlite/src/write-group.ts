import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';
import type { Awaitable } from '@store/core/driver';
import { isBusy, pause, stayedBusy, transactionOpen } from './connection/busy-wait.ts';
import { rowsPerCheckpoint } from './connection/checkpoints.ts';
import type { Connection } from './connection/connection.ts';
import { explained } from './failures.ts';
import { DiskSpace, fullWhileWaiting, isDiskFull } from './file/disk-space.ts';

interface Write {
  run(): number;
  /** Whether the write may make the database grow; a deletion does not. */
  adds: boolean;
  deadline: number;
  resolve(changes: number): void;
  reject(error: unknown): void;
}

/** Maximum number of writes in one transaction: one or two milliseconds on the event loop. */
const largestGroup = 100;

/** Maximum number of writes run one at a time per turn of the event loop: a loop that awaits saves must not starve requests. */
const mostPerTurn = 8;

/**
 * Commits writes that arrive together in one transaction, in order of arrival.
 *
 * Requests arrive in separate callbacks within one turn of the event loop, so `setImmediate` can collect their writes, whereas a
 * microtask cannot. A lone write should not pay for that wait: writes run immediately until a turn has more than one, and are then
 * grouped until a turn has only one again.
 *
 * @returns A function that runs a synchronous write and returns how many rows it changed, synchronously if the write could run
 * immediately. Pass `adds: false` for a write that only deletes, so that it works on a full disk.
 */
export function createWriteGroup(connection: Connection, busyTimeout: number) {
  const { withoutTimeout } = connection;
  const disk = new DiskSpace(connection);
  const begin = connection.prepare('begin immediate');
  const commit = connection.prepare('commit');
  const rollback = connection.prepare('rollback');

  const waiting: Write[] = [];
  let turnScheduled = false;
  let draining = false;
  let grouping = false;
  /** How many writes ran immediately in this turn. */
  let ranThisTurn = 0;
  /** False between an immediate write and the next microtask: a write that arrives then must come from a different caller. */
  let callerResumed = true;
  const resumeCaller = () => {
    callerResumed = true;
  };
  /** How many of the next writes run one at a time because they failed as a group. */
  let separate = 0;
  /** Changed rows not yet reported to `checkpoints`, which does not need to be called for every write. */
  let unreported = 0;

  return (run: () => number, adds = true): Awaitable<number> => {
    if (!turnScheduled) {
      turnScheduled = true;
      setImmediate(endTurn);
    }
    if (!grouping && callerResumed && waiting.length === 0 && ranThisTurn < mostPerTurn) {
      const changes = tryOne(run, adds);
      if (changes !== undefined) {
        ranThisTurn += 1;
        callerResumed = false;
        queueMicrotask(resumeCaller);
        const loss = connection.file?.check();
        if (loss) throw connection.lose(loss);
        count(changes);
        return changes;
      }
    }
    return new Promise((resolve, reject) => {
      waiting.push({ run, adds, deadline: performance.now() + busyTimeout * 1000, resolve, reject });
    });
  };

  /** @returns `undefined` when the database is busy */
  function tryOne(run: () => number, adds: boolean): number | undefined {
    try {
      return runOne(run, adds);
    } catch (error) {
      if (isBusy(error, connection.database)) return undefined;
      throw explained(error, connection.directory);
    }
  }

  function runOne(run: () => number, adds: boolean): number {
    if (connection.file && performance.now() >= connection.file.writeDue) connection.check();
    if (connection.database.inTransaction) throw transactionOpen();
    if (disk.isFull && adds) disk.assertRoom();
    try {
      return withoutTimeout ? withoutTimeout(run) : run();
    } catch (error) {
      if (!isDiskFull(error, connection.directory)) throw error;
      return disk.runAgain(run, adds, error);
    }
  }

  function runTogether(runs: (() => number)[]): number[] {
    if (connection.file && performance.now() >= connection.file.writeDue) connection.check();
    if (connection.database.inTransaction) throw transactionOpen();
    return withoutTimeout ? withoutTimeout(() => runInTransaction(runs)) : runInTransaction(runs);
  }

  function runInTransaction(runs: (() => number)[]): number[] {
    begin.current.run();
    try {
      const changes = runs.map((run) => run());
      commit.current.run();
      return changes;
    } catch (error) {
      // After some errors (disk full, I/O) SQLite has already ended the transaction, and a rollback would fail.
      if (connection.database.inTransaction) rollback.current.run();
      throw error;
    }
  }

  function count(changes: number): void {
    unreported += changes;
    if (unreported < rowsPerCheckpoint) return;
    connection.checkpoints?.committed(unreported);
    unreported = 0;
  }

  function endTurn(): void {
    turnScheduled = false;
    grouping = waiting.length > 1 || (waiting.length === 0 && ranThisTurn > 1);
    ranThisTurn = 0;
    if (!draining) drain();
  }

  async function drain(): Promise<void> {
    draining = true;
    for (let attempt = 0; waiting.length > 0; ) {
      const busy = runNext();
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

  /** Runs the writes at the front of the queue. @returns the error if the database is busy */
  function runNext(): { cause: unknown } | undefined {
    const group = waiting.slice(0, separate > 0 || disk.isFull ? 1 : largestGroup);
    const [first] = group;
    let changes: number[];
    try {
      const runsAlone = group.length === 1 && first;
      changes = runsAlone ? [runOne(first.run, first.adds)] : runTogether(group.map(({ run }) => run));
    } catch (error) {
      if (isBusy(error, connection.database)) return { cause: error };
      if (group.length > 1) {
        separate = group.length;
        return undefined;
      }
      take(1);
      first?.reject(explained(error, connection.directory));
      return undefined;
    }
    take(group.length);
    acknowledge(group, changes);
    return undefined;
  }

  function acknowledge(group: Write[], changes: number[]): void {
    try {
      const loss = connection.file?.check();
      if (loss) throw connection.lose(loss);
      count(changes.reduce((sum, each) => sum + each, 0));
      for (const [index, write] of group.entries()) write.resolve(changes[index] ?? 0);
    } catch (error) {
      for (const write of group) write.reject(error);
    }
  }

  function rejectOverdue(cause: unknown): void {
    const now = performance.now();
    const stillInTime = waiting.findIndex(({ deadline }) => deadline > now);
    for (const write of take(stillInTime < 0 ? waiting.length : stillInTime)) {
      write.reject(fullWhileWaiting(cause) ?? stayedBusy(busyTimeout, cause));
    }
  }

  function take(count: number): Write[] {
    separate = Math.max(0, separate - count);
    return waiting.splice(0, count);
  }
}
