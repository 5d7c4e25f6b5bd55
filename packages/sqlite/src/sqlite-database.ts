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
  /**
   * Sets after how many pages of the write-ahead log the commit that fills them writes them back to the database. The
   * application's own database is left as it is.
   */
  checkpointEvery(pages: number): void;
  /** Closes the database if the store opened it. */
  close(): void;
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
