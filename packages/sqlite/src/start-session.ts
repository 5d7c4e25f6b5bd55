import { cacheStore, type SessionStore, type StartOptions } from '@store/core';
import {
  createRecordStore,
  createReport,
  invalidOption,
  isStoreError,
  resolveTimeouts,
  StoreError,
} from '@store/core/driver';
import { whileBusy } from './busy-wait.ts';
import { borrow, openPath, setPragmas } from './connection.ts';
import { migrateToLatest } from './migrate.ts';
import { isSqliteDatabase, type SqliteDatabase } from './sqlite-database.ts';
import { createSqliteStorage } from './sqlite-storage.ts';
import { assertTable } from './table-names.ts';

const name = '@store/sqlite';

/** What {@link startSession} takes besides the options of every driver. */
export interface SqliteSessionOptions extends StartOptions {
  /**
   * The path of the database file, which is made (mode 0600) if it is missing, `:memory:`, or an open better-sqlite3
   * `Database`, which keeps its pragmas and stays yours to close.
   */
  database: string | SqliteDatabase;
  /** The table's name; any name that SQLite can hold. @default 'sessions' */
  table?: string;
  /** Whether to make and update the table at start. @default true */
  migrate?: boolean;
  /** Seconds to wait, off the event loop, for a database that is busy; 0 tries once. @default 5 */
  busyTimeout?: number;
}

/**
 * Keeps sessions in a SQLite database, and caches the store unless `cache` is false.
 *
 * @returns The store. Its `close()` closes the database if it was given as a path.
 * @throws {StoreError} `INVALID_OPTION` naming the option; `UNAVAILABLE` when the database cannot be opened, stays busy,
 * is no database, or lacks the table. Nothing of a failure is kept: the next call starts afresh.
 * @example
 * await startSession({ database: './sessions.db', idleTimeout: 7200 });
 */
export async function startSession(options: SqliteSessionOptions): Promise<SessionStore> {
  const {
    database,
    table = 'sessions',
    migrate = true,
    busyTimeout = 5,
    cache = true,
    ...rest
  } = options ?? {};
  const location = assertDatabase(database);
  assertTable(name, table);
  assertBoolean('migrate', migrate);
  assertBoolean('cache', cache);
  if (!(typeof busyTimeout === 'number' && busyTimeout >= 0 && busyTimeout <= 3600)) {
    throw invalidOption(name, 'busyTimeout', 'a number of seconds from 0 to 3600', busyTimeout);
  }
  resolveTimeouts(name, rest);

  const connection = await starting(table, () =>
    typeof location === 'string' ? openPath(location, createReport(name, rest.onEvent)) : borrow(location),
  );
  try {
    const storage = await starting(table, () =>
      whileBusy(connection, busyTimeout, () => {
        if (typeof location === 'string') setPragmas(connection.database);
        if (migrate) migrateToLatest(connection.database, table);
        return createSqliteStorage(connection, table, busyTimeout);
      }),
    );
    const store = createRecordStore(storage, { ...rest, name });
    if (cache) cacheStore(store);
    return store;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function assertDatabase(database: unknown): string | SqliteDatabase {
  if (isSqliteDatabase(database) && database.open) return database;
  // better-sqlite3 trims what it gets, keeps a database without a name in a temporary file, and reads no `file:` URI.
  const path = typeof database === 'string' ? database.trim() : '';
  if (path !== '' && !path.startsWith('file:') && !path.includes('\0')) return path;
  throw invalidOption(name, 'database', "a path, ':memory:' or an open better-sqlite3 Database", database);
}

function assertBoolean(option: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalidOption(name, option, 'true or false', value);
}

/** Puts what SQLite says at start into words, and keeps it as the cause. */
async function starting<T>(table: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isStoreError(cause)) throw cause;
    throw new StoreError('UNAVAILABLE', `[${name}] ${explain(table, cause)}`, { cause });
  }
}

function explain(table: string, cause: unknown): string {
  const { code, message } = cause as { code?: unknown; message?: unknown };
  switch (code) {
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return 'The file is not a SQLite database, or is damaged. Restore it, or move it away and a new one is made.';
    case 'SQLITE_ERROR':
      return (
        `The table ${JSON.stringify(table)} is missing, out of date or not a table of this package (${message}). ` +
        'Start once with migrate: true, run the SQL that schemaSql() answers, or choose another table name.'
      );
    default:
      return `The database could not be opened (${code ?? message}). The cause says why.`;
  }
}
