import { resolve } from 'node:path';
import type { Awaitable, Report } from '@store/core/driver';
import Database from 'better-sqlite3';
import { type Checkpoints, createCheckpoints } from './checkpoints.ts';
import { DatabaseFile } from './database-file.ts';
import { assertPrivateFiles, preparePrivateFile } from './file-permissions.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** A database together with how the store came by it. */
export interface Connection {
  readonly database: SqliteDatabase;
  /** The file to watch; none for a database in memory. */
  readonly file: DatabaseFile | undefined;
  /**
   * Runs `work` so that SQLite reports `SQLITE_BUSY` immediately. SQLite's own busy timeout sleeps inside the call, and
   * every request of the process with it. Missing where there is no such timeout.
   */
  readonly withoutTimeout: (<T>(work: () => T) => T) | undefined;
  /** Who writes the log back; missing where that is the application's own business. */
  readonly checkpoints: Checkpoints | undefined;
  /** Sets the pragmas of a database that the store opened. Switching to WAL takes a lock, so this can be busy. */
  configure(): void;
  /** Closes the database if the store opened it. */
  close(): Awaitable<void>;
}

/** Bytes that the log is cut to once a long read transaction that kept it growing has ended. */
const largestIdleLog = 16 * 1024 * 1024;

/** Opens the database at `path`, making the file if it is missing. No pragma is set yet: that may have to wait. */
export function openPath(path: string, report: Report): Connection {
  if (path === ':memory:') return openInMemory();
  const place = resolve(path);
  const file = preparePrivateFile(place);
  // Before SQLite opens the file: one that is replaced in between then counts as replaced.
  const watched =
    process.platform === 'win32' ? undefined : new DatabaseFile(place, `${file}-wal`, () => void close());
  const database = new Database(place, { timeout: 0 });
  const checkpoints = createCheckpoints(database, place, report);
  /** The last connection to close writes the log back and removes it, so the thread's goes first. */
  const close = async () => {
    const ended = checkpoints.end();
    if (ended) await ended;
    database.close();
  };
  return {
    database,
    file: watched,
    withoutTimeout: undefined,
    checkpoints,
    configure() {
      database.exec(`pragma journal_mode = wal; pragma synchronous = normal;
        pragma journal_size_limit = ${largestIdleLog}`);
      assertPrivateFiles(file);
    },
    close,
  };
}

function openInMemory(): Connection {
  const database = new Database(':memory:', { timeout: 0 });
  return {
    database,
    file: undefined,
    withoutTimeout: undefined,
    checkpoints: undefined,
    configure() {},
    close: () => void database.close(),
  };
}

/**
 * Uses a database that the application opened. Its busy timeout, as found now, is in force again after every call.
 */
export function borrow(database: SqliteDatabase): Connection {
  const pragma = (name: string): Record<string, unknown> => {
    const statement = database.prepare(`pragma ${name}`);
    statement.safeIntegers(false);
    return statement.get() as Record<string, unknown>;
  };
  const { timeout } = pragma('busy_timeout');
  // Empty for a database in memory, and for a temporary one.
  const { file } = pragma('database_list');
  const isOnDisk = typeof file === 'string' && file !== '' && process.platform !== 'win32';
  return {
    database,
    file: isOnDisk ? new DatabaseFile(file) : undefined,
    withoutTimeout: timeout === 0 ? undefined : withoutTimeout,
    checkpoints: undefined,
    configure() {},
    close() {},
  };

  function withoutTimeout<T>(work: () => T): T {
    try {
      database.exec('pragma busy_timeout = 0');
    } catch (error) {
      // The application is iterating over rows, which rules out pragmas and writes, not reads.
      if (database.open && error instanceof TypeError) return work();
      throw error;
    }
    try {
      return work();
    } finally {
      database.exec(`pragma busy_timeout = ${timeout}`);
    }
  }
}
