import { extname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { Report } from '@store/core/driver';
import type { SqliteDatabase } from './sqlite-database.ts';

/** Decides when the write-ahead log is written back to the database, and whether a commit or the worker thread does it. */
export interface Checkpoints {
  /** Call this with the number of changed rows once it has reached {@link rowsPerCheckpoint}. */
  committed(rows: number): void;
  /** Call this when garbage collection starts and when it ends. */
  collecting(isRunning: boolean): void;
  /** Waits until the thread has finished, to keep the log short. Only for work that no request is waiting for. */
  caughtUp(): Promise<void> | undefined;
  /** Stops the thread if one is running. */
  end(): Promise<unknown> | undefined;
}

/**
 * Once the write-ahead log has this many pages, the commit that reaches the limit writes them back itself. That blocks the event
 * loop, mostly waiting for the disk. Garbage collection changes rows all over the table, so each of its pages takes longer. While
 * the thread runs, a commit has to do this only if writes never pause: the log restarts only when all of it has been written back.
 */
const pages = { usual: 1000, collecting: 100, withThread: 4000 };

/** Changed rows after which the thread is told to write the log back: a few thousand pages at most. */
export const rowsPerCheckpoint = 500;

/** Milliseconds. A process that takes longer to change that many rows doesn't get a thread, which would use 5 MB of memory. */
const busyWithin = 10_000;

/**
 * Lets a worker thread write the log back to the database once writes are frequent enough for the wait for the disk to be
 * noticeable. See docs/decisions/007.
 *
 * Where no thread can run, such as in a bundle without the worker file, commits write the log back, as SQLite does by default.
 *
 * @param isIntact Whether the database is still the file at its path; called before the thread first writes.
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
  /** Whether the thread is running and has done its first checkpoint. */
  let isReady = false;
  /** Pending while the thread is writing the log back. */
  let work: PromiseWithResolvers<void> | undefined;
  /** Whether the thread has failed or been stopped; after that, it is never started or used again. */
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
        // Modules that the application preloads are not meant for this thread.
        execArgv: [],
        resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
      });
      started.on('error', fail);
      // Code that NODE_OPTIONS preloads may terminate the thread without an error.
      started.on('exit', () => {
        if (!isOver) fail('The thread exited.');
      });
      started.on('message', (message) => {
        if (message === 'opened') {
          // The thread opened whatever file is at the path now, and the log may belong to another one.
          if (isIntact()) started.postMessage('write back');
          else finish();
          return;
        }
        finish();
        if (isReady) return;
        isReady = true;
        setPages();
      });
      // Must come last: adding a message listener refs the worker again.
      started.unref();
      return started;
    } catch (error) {
      // For example, Node's permission model forbids worker threads.
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
      // A caller is waiting at this point, and in a cron job the thread may be the only thing keeping the process alive.
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
