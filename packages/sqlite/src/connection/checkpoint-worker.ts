import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { SqliteStatement } from './sqlite-database.ts';

// The thread of checkpoints.ts, with a connection of its own. SQLite opens the log with the first statement, which has to wait until
// the file has been checked.
const database = new Database(workerData as string, { timeout: 0, fileMustExist: true });
let checkpoint: SqliteStatement | undefined;

/** Passive: it waits for no reader or writer and none waits for it, in this process or another. */
function prepare(): SqliteStatement {
  database.exec('pragma synchronous = normal');
  return database.prepare('pragma wal_checkpoint(passive)');
}

parentPort?.on('message', () => {
  try {
    checkpoint ??= prepare();
    checkpoint.get();
  } catch {
    // A full or failing disk: what was not written back stays in the log until a later checkpoint.
  }
  parentPort?.postMessage('done');
});
parentPort?.postMessage('opened');
