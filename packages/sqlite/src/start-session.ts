import { dirname, resolve } from 'node:path';
import { cacheStore, type SessionStore, type StartOptions } from '@store/core';
import {
  assertKnownOptions,
  createRecordStore,
  createReport,
  invalidOption,
  isStoreError,
  resolveTimeouts,
  StoreError,
} from '@store/core/driver';
import { whileBusy } from './connection/busy-wait.ts';
import { borrowDatabase, openDatabase } from './connection/open-database.ts';
import { isSqliteDatabase, type SqliteDatabase } from './connection/sqlite-database.ts';
import { explain } from './failures.ts';
import { migrateToLatest } from './schema/migrate.ts';
import { assertTable } from './schema/table-names.ts';
import { createSqliteStorage } from './sqlite-storage.ts';

const name = '@store/sqlite';

const optionNames = [
  'database',
  'table',
  'migrate',
  'busyTimeout',
  'checkOwner',
  'idleTimeout',
  'absoluteTimeout',
  'maxBytes',
  'now',
  'onEvent',
  'cache',
] as const;

/** Hints for option names used by other session stores. */
const hints = { path: 'use database', filename: 'use database', db: 'use database', client: 'use database' };

/**
 * The options of {@link startSession}, in addition to those of every driver.
 *
 * @example
 * import { type SqliteSessionOptions, startSession } from '@store/sqlite';
 *
 * const options: SqliteSessionOptions = { database: './sessions.db', table: 'shop_sessions', busyTimeout: 2 };
 * const store = await startSession(options);
 * console.log(store.name); // @store/sqlite
 */
export interface SqliteSessionOptions extends StartOptions {
  /**
   * The path of the database file (created with mode 0600 if it is missing), `:memory:`, or an open better-sqlite3 `Database`.
   * The store doesn't change a passed `Database`'s pragmas and doesn't close it.
   */
  database: string | SqliteDatabase;
  /** The table's name, which can be any name that SQLite can store. @default 'sessions' */
  table?: string;
  /** Whether to create and update the table at startup. @default true */
  migrate?: boolean;
  /** Seconds to wait, off the event loop, for a busy database; 0 means a single attempt. @default 5 */
  busyTimeout?: number;
  /**
   * Whether to refuse a database file or directory that belongs to another user or that every user can write to. Turn this off for a
   * volume whose owner and mode cannot be changed, or in a user namespace that shows its owner as `nobody`. Has no effect on a
   * `Database` or `:memory:`. @default true
   */
  checkOwner?: boolean;
}

/**
 * Keeps sessions in a SQLite database, and caches the store unless `cache` is false.
 *
 * @returns The store. Its `close()` closes the database if it was given as a path.
 * @throws {StoreError} `INVALID_OPTION` naming the option, the file or directory that other users can write to, or a file that
 * is mounted without its directory; `UNAVAILABLE` when the database cannot be opened, stays busy, is not a database, or lacks
 * the table. A failed start leaves nothing open: the next call starts from scratch.
 * @example
 * import { createSessionId, load, save } from '@store/core';
 * import { startSession } from '@store/sqlite';
 *
 * await startSession({ database: './sessions.db', idleTimeout: 3600 });
 * const id = createSessionId();
 * await save(id, { user: 'Ada' }, {});
 * console.log((await load(id)).data.user); // Ada
 */
export async function startSession(options: SqliteSessionOptions): Promise<SessionStore> {
  assertKnownOptions(name, options, optionNames, '', { hints });
  const {
    database,
    table = 'sessions',
    migrate = true,
    busyTimeout = 5,
    checkOwner = true,
    cache = true,
    ...rest
  } = options ?? {};
  const location = assertDatabase(database);
  assertTable(name, table);
  assertBoolean('migrate', migrate);
  assertBoolean('checkOwner', checkOwner);
  assertBoolean('cache', cache);
  if (!(typeof busyTimeout === 'number' && busyTimeout >= 0 && busyTimeout <= 3600)) {
    throw invalidOption(name, 'busyTimeout', 'a number of seconds from 0 to 3600', busyTimeout);
  }
  resolveTimeouts(name, rest);

  const directory = typeof location === 'string' ? dirname(resolve(location)) : undefined;
  const connection = await starting(directory, () =>
    typeof location === 'string'
      ? openDatabase(location, createReport(name, rest.onEvent), checkOwner)
      : borrowDatabase(location),
  );
  try {
    const prepare = () => {
      connection.configure();
      if (migrate) migrateToLatest(connection.database, table);
      const created = createSqliteStorage(connection, table, busyTimeout);
      connection.watch();
      return created;
    };
    const storage = await starting(directory, () => whileBusy(connection, busyTimeout, prepare));
    const store = createRecordStore(storage, { ...rest, name });
    if (cache) cacheStore(store);
    return store;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The start of a URL. A scheme needs at least two letters here, because a single letter is a Windows drive. */
const urlScheme = /^[a-z][a-z0-9+.-]+:(?:\/\/)?/i;

function assertDatabase(database: unknown): string | SqliteDatabase {
  if (isSqliteDatabase(database) && database.open) return database;
  // better-sqlite3 trims the name, uses a temporary file for an empty one, and does not understand `file:` URIs.
  const path = typeof database === 'string' ? database.trim() : '';
  const scheme = urlScheme.exec(database instanceof URL ? database.href : path)?.[0];
  if (scheme !== undefined) {
    throw new StoreError(
      'INVALID_OPTION',
      `[${name}] database must be a path, not a URL: leave out "${scheme}" and everything from "?" on, as in ` +
        "'./sessions.db' or '/var/lib/app/sessions.db', or convert a file: URL with fileURLToPath() from node:url.",
    );
  }
  if (path !== '' && !path.includes('\0')) return path;
  throw invalidOption(name, 'database', "a path, ':memory:' or an open better-sqlite3 Database", database);
}

function assertBoolean(option: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalidOption(name, option, 'true or false', value);
}

/** Turns a SQLite error at startup into one that explains it, and keeps the original as the cause. */
async function starting<T>(directory: string | undefined, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isStoreError(cause)) throw cause;
    const { code, message } = cause as { code?: unknown; message?: unknown };
    const text =
      explain(cause, directory) ??
      `The database could not be opened (${code ?? message}). See the cause for details.`;
    throw new StoreError('UNAVAILABLE', `[${name}] ${text}`, { cause });
  }
}
