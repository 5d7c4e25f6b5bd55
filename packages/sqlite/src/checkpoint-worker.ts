import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

// The thread of checkpoints.ts, over a connection of its own.
const database = new Database(workerData as string, { timeout: 0, fileMustExist: true });
database.exec('pragma synchronous = normal');
/** Passive: waits for nobody and nobody waits for it, neither writers nor readers, of this process or another. */
const checkpoint = database.prepare('pragma wal_checkpoint(passive)');

parentPort?.on('message', () => {
  try {
    checkpoint.get();
  } catch {
    // A full or failing disk: what was not written back stays in the log, and is written back by a later checkpoint.
  }
  parentPort?.postMessage('done');
});
