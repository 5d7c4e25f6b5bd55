import { extname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { Report } from '@store/core/driver';
import type { SqliteDatabase } from './sqlite-database.ts';

/** When, and by whom, the write-ahead log is written back to the database. */
export interface Checkpoints {
  /** To be called with the number of rows changed, once they are {@link rowsPerCheckpoint} or more. */
  committed(rows: number): void;
  /** To be called when garbage collection begins, and when it ends. */
  collecting(isRunning: boolean): void;
  /** For work that no request waits for: lets the thread finish first, so that the log stays short. */
  caughtUp(): Promise<void> | undefined;
  /** Ends the thread, if there is one. */
  end(): Promise<unknown> | undefined;
}

/**
 * Pages of the write-ahead log after which the commit that fills them writes them back itself, and blocks the event loop
 * meanwhile, nearly all of it waiting for the disk. Garbage collection changes rows all over the table, so each of its pages
 * costs more. With the thread a commit has to do it only if writes never pause: the log starts over only at a moment when
 * all of it has been written back.
 */
const pages = { usual: 1000, collecting: 100, withThread: 4000 };

/** Changed rows after which the thread gets something to do: a few thousand pages at most. */
export const rowsPerCheckpoint = 500;

/** Milliseconds. A process that takes longer to change that many rows does without the thread, which takes 5 MB of memory. */
const busyWithin = 10_000;

/**
 * Has the write-ahead log written back to the database by a thread, once there are enough writes for the wait for the disk to
 * be noticeable. See docs/decisions/007.
 *
 * Where there can be no thread, such as in a bundle that left its file out, commits write the log back, as SQLite does by
 * default.
 *
 * @param isIntact Whether the database is still the file at its path; asked before the thread first writes.
 */
export function createCheckpoints(
  database: SqliteDatabase,
  path: string,
  report: Report,
  isIntact = () => true,
): Checkpoints {
  let rows = 0;
  let since = performance.now();
  let isCollecting = false;
  let worker: Worker | undefined;
  /** Whether the thread runs and has done its first checkpoint. */
  let isReady = false;
  /** Resolves when the thread has written back what the log held when it was told to. */
  let work: PromiseWithResolvers<void> | undefined;
  /** Whether no thread is to be started or used (again). */
  let isOver = false;

  function setPages(): void {
    const own = isCollecting ? pages.collecting : pages.usual;
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
      started.on('message', (message) => {
        if (message === 'opened') {
          // Whatever is at the path, to which the log may not belong.
          if (isIntact()) started.postMessage('write back');
          else finish();
          return;
        }
        finish();
        if (isReady) return;
        isReady = true;
        setPages();
      });
      // Last, since a listener for messages keeps the process alive again.
      started.unref();
      return started;
    } catch (error) {
      // Node's permission model, for example.
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
      if (rows < rowsPerCheckpoint || work || isOver) return;
      rows = 0;
      if (worker === undefined && !isBusy()) return;
      work = Promise.withResolvers();
      if (worker === undefined) worker = start();
      else worker.postMessage('write back');
    },
    collecting(isRunning) {
      isCollecting = isRunning;
      if (!isReady) setPages();
    },
    caughtUp() {
      if (!work) return undefined;
      // A caller waits for the thread now, which may be all that keeps a program such as a cron job alive.
      worker?.ref();
      return work.promise.finally(() => worker?.unref());
    },
    end() {
      isOver = true;
      finish();
      return worker?.terminate();
    },
  };
}
