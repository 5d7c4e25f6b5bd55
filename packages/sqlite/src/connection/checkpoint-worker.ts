import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { SqliteStatement } from './sqlite-database.ts';

// The worker thread of checkpoints.ts, on a separate connection. SQLite opens the log with the first statement, so no statement runs
// until the main thread has checked the file.
const database = new Database(workerData as string, { timeout: 0, fileMustExist: true });
let checkpoint: SqliteStatement | undefined;

/** A passive checkpoint neither waits for readers and writers nor makes them wait, in this process or another. */
function prepare(): SqliteStatement {
  database.exec('pragma synchronous = normal');
  return database.prepare('pragma wal_checkpoint(passive)');
}

parentPort?.on('message', () => {
  try {
    checkpoint ??= prepare();
    checkpoint.get();
  } catch {
    // A full or failing disk: pages that were not written back stay in the log until a later checkpoint.
  }
  parentPort?.postMessage('done');
});
parentPort?.postMessage('opened');
