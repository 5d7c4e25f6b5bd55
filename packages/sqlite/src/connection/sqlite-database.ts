/** The part of a better-sqlite3 `Statement` that the store uses. */
export interface SqliteStatement {
  run(...parameters: unknown[]): { changes: number };
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
  safeIntegers(toggle: boolean): unknown;
}

/**
 * The part of a better-sqlite3 `Database` that the store uses; the type is structural, so any copy or version matches.
 *
 * @example
 * import { type SqliteDatabase, startSession } from '@store/sqlite';
 * import Database from 'better-sqlite3';
 *
 * const startOn = (database: SqliteDatabase) => startSession({ database, table: 'shop_sessions' });
 * const database = new Database(':memory:');
 * await startOn(database);
 * console.log(database.prepare('select count(*) from shop_sessions').pluck().get()); // 0
 */
export interface SqliteDatabase {
  readonly open: boolean;
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
}

/** Whether the value is a better-sqlite3 `Database` and not, for example, one from `node:sqlite`. */
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
