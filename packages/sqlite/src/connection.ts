import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '@store/core/driver';
import Database from 'better-sqlite3';
import type { Connection, SqliteDatabase } from './sqlite-database.ts';

/** Opens the database at `path`, making the file if it is missing. No pragma is set yet: that may have to wait. */
export function openPath(path: string): Connection {
  if (path !== ':memory:') makePrivateFile(path);
  const database = new Database(path, { timeout: 0 });
  return {
    database,
    attempt: (attempt) => attempt(),
    checkpointEvery: (pages) => void database.exec(`pragma wal_autocheckpoint = ${pages}`),
    close: () => database.close(),
  };
}

/**
 * The pragmas of a database that the store opened. Switching to WAL takes a lock, so this can be busy.
 *
 * Checkpoints stay at 1000 pages: at 4000 a new session costs 14 % less, but each holds the event loop 27 ms instead of 9.
 */
export function setPragmas(database: SqliteDatabase): void {
  database.exec('pragma journal_mode = wal; pragma synchronous = normal');
}

/**
 * Uses a database that the application opened. Its busy timeout, as found now, is in force again after every attempt.
 */
export function borrow(database: SqliteDatabase): Connection {
  const statement = database.prepare('pragma busy_timeout');
  statement.safeIntegers(false);
  const { timeout } = statement.get() as { timeout: number };
  const attempt = <T>(attempt: () => T): T => {
    try {
      database.exec('pragma busy_timeout = 0');
    } catch (error) {
      // The application is iterating over rows, which rules out pragmas and writes, not reads.
      if (database.open && error instanceof TypeError) return attempt();
      throw error;
    }
    try {
      return attempt();
    } finally {
      database.exec(`pragma busy_timeout = ${timeout}`);
    }
  };
  return {
    database,
    attempt: timeout === 0 ? (attempt) => attempt() : attempt,
    checkpointEvery: () => {},
    close: () => {},
  };
}

/** Sessions are secrets: a new file is for its owner only, and SQLite gives `-wal` and `-shm` the same mode. */
function makePrivateFile(path: string): void {
  const directory = dirname(path);
  if (!existsSync(directory)) {
    throw new StoreError(
      'INVALID_OPTION',
      `[@store/sqlite] database must be in a directory that exists; there is no ${directory}. Create it or correct the path.`,
    );
  }
  try {
    // Never opens a file that is there: closing it would drop the locks this process holds on it (POSIX fcntl).
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
