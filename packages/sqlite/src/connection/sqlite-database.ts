/** The part of a better-sqlite3 `Statement` that the store uses. */
export interface SqliteStatement {
  run(...parameters: unknown[]): { changes: number };
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
  safeIntegers(toggle: boolean): unknown;
}

/** The part of a better-sqlite3 `Database` that the store uses; typed structurally, so any copy or version of it matches. */
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
