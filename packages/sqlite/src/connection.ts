import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Report, StoreError } from '@store/core/driver';
import Database from 'better-sqlite3';
import { createCheckpoints, noCheckpoints } from './checkpoints.ts';
import type { Connection, SqliteDatabase } from './sqlite-database.ts';

/** Opens the database at `path`, making the file if it is missing. No pragma is set yet: that may have to wait. */
export function openPath(path: string, report: Report): Connection {
  const inMemory = path === ':memory:';
  if (!inMemory) makePrivateFile(path);
  const database = new Database(path, { timeout: 0 });
  const checkpoints = inMemory ? noCheckpoints : createCheckpoints(database, resolve(path), report);
  return {
    database,
    attempt: (attempt) => attempt(),
    checkpoints,
    async close() {
      // First: whoever closes last writes the log back and removes it.
      await checkpoints.end();
      database.close();
    },
  };
}

/** The pragmas of a database that the store opened. Switching to WAL takes a lock, so this can be busy. */
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
    checkpoints: noCheckpoints,
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
