import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Report } from '@store/core/driver';
import type { Checkpoints, SqliteDatabase } from './sqlite-database.ts';

/**
 * Pages of the write-ahead log after which the commit that fills them writes them back itself, and holds the event loop
 * meanwhile: 9 ms for 1000 pages, nearly all of it waiting for the disk. While garbage is collected, whose rows are all over the
 * table, 100 pages hold it for 3 ms. With the thread the commit has to do it only if there is never a pause between writes:
 * the log begins anew only at a moment when all of it has been written back.
 */
const pages = { usual: 1000, collecting: 100, withThread: 4000 };

/** Changed rows after which the thread has something to do: some thousand pages at the most, which take it 5 ms. */
const rowsEach = 500;

/** Milliseconds. A process that takes longer to change so many rows does without the thread, which takes 5 MB of memory. */
const busyWithin = 10_000;

/**
 * Has the write-ahead log written back to the database by a thread of its own, once writes are so many that the waiting for the
 * disk would be felt. See docs/decisions/007.
 *
 * Where no thread can be had, such as in a bundle that left its file out, commits write the log back as SQLite does by itself.
 */
export function createCheckpoints(database: SqliteDatabase, path: string, report: Report): Checkpoints {
  let rows = 0;
  let since = performance.now();
  let collecting = false;
  let worker: Worker | undefined;
  /** Whether the thread has answered once, and lives. */
  let isReady = false;
  /** Settled when the thread has written back what there was when it was told to. */
  let work: PromiseWithResolvers<void> | undefined;
  /** Whether there is to be no thread, any more or at all. */
  let isOver = false;

  function setPages(): void {
    const own = collecting ? pages.collecting : pages.usual;
    if (database.open) database.exec(`pragma wal_autocheckpoint = ${isReady ? pages.withThread : own}`);
  }

  function finish(): void {
    work?.resolve();
    work = undefined;
  }

  function fail(error: unknown): void {
    isReady = false;
    isOver = true;
    finish();
    setPages();
    report({
      type: 'checkpoint-thread-failed',
      reason: error instanceof Error ? error.message : String(error),
    });
  }

  function start(): Worker | undefined {
    try {
      const file = new URL(`./checkpoint-worker${extname(import.meta.url)}`, import.meta.url);
      const started = new Worker(file, {
        name: '@store/sqlite checkpoints',
        workerData: path,
        // What an application preloads is meant for its own threads.
        execArgv: [],
        resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
      });
      started.on('error', fail);
      // Code that NODE_OPTIONS preloads may end it without an error.
      started.on('exit', () => {
        if (!isOver) fail('The thread has ended.');
      });
      started.on('message', () => {
        finish();
        if (isReady) return;
        isReady = true;
        setPages();
      });
      // Last, since a listener for messages keeps the process alive again.
      started.unref();
      return started;
    } catch (error) {
      // Node's permission model, for one.
      fail(error);
      return undefined;
    }
  }

  function isBusy(): boolean {
    const before = since;
    since = performance.now();
    return since - before <= busyWithin;
  }

  return {
    committed(count) {
      rows += count;
      if (rows < rowsEach || work || isOver) return;
      rows = 0;
      if (worker === undefined && isBusy()) worker = start();
      if (worker === undefined) return;
      work = Promise.withResolvers();
      worker.postMessage('write back');
    },
    collecting(isUnderWay) {
      collecting = isUnderWay;
      if (!isReady) setPages();
    },
    caughtUp: () => work?.promise,
    async end() {
      isOver = true;
      finish();
      await worker?.terminate();
    },
  };
}

/** Leaves an application's own database as it is. */
export const noCheckpoints: Checkpoints = { committed() {}, collecting() {}, caughtUp() {}, async end() {} };
