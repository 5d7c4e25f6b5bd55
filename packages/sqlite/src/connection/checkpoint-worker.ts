import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

// The thread of checkpoints.ts, with a connection of its own.
const database = new Database(workerData as string, { timeout: 0, fileMustExist: true });
database.exec('pragma synchronous = normal');
/** Passive: it waits for no reader or writer and none waits for it, in this process or another. */
const checkpoint = database.prepare('pragma wal_checkpoint(passive)');

parentPort?.on('message', () => {
  try {
    checkpoint.get();
  } catch {
    // A full or failing disk: what was not written back stays in the log until a later checkpoint.
  }
  parentPort?.postMessage('done');
});
