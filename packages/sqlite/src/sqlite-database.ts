import type { Awaitable } from '@store/core/driver';

/** The part of a better-sqlite3 `Statement` that the store uses. */
export interface SqliteStatement {
  run(...parameters: unknown[]): { changes: number };
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
  safeIntegers(toggle: boolean): unknown;
}

/** The part of a better-sqlite3 `Database` that the store uses; typed by shape, so any copy or version of it fits. */
export interface SqliteDatabase {
  readonly open: boolean;
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
}

/** A database together with how the store came by it. */
export interface Connection {
  readonly database: SqliteDatabase;
  /**
   * Runs `attempt` so that SQLite answers `SQLITE_BUSY` at once. Its own busy timeout sleeps inside the call, and with it
   * every request of the process.
   */
  attempt<T>(attempt: () => T): T;
  readonly checkpoints: Checkpoints;
  /** Closes the database if the store opened it. */
  close(): Awaitable<void>;
}

/** When, and by whom, the write-ahead log is written back to the database. */
export interface Checkpoints {
  /** To be told, after each commit, how many rows it changed. */
  committed(rows: number): void;
  /** To be told when garbage collection begins, and when it ends. */
  collecting(isUnderWay: boolean): void;
  /** For work that nobody waits for: lets whoever writes the log back finish, so that the log stays short. */
  caughtUp(): Promise<void> | undefined;
  end(): Promise<void>;
}

/** Tells a better-sqlite3 `Database` from anything else, `node:sqlite` included. */
export function isSqliteDatabase(value: unknown): value is SqliteDatabase {
  if (typeof value !== 'object' || value === null) return false;
  const { open, inTransaction, prepare, exec } = value as Partial<SqliteDatabase>;
  return (
    typeof open === 'boolean' &&
    typeof inTransaction === 'boolean' &&
    typeof prepare === 'function' &&
    typeof exec === 'function'
  );
}
