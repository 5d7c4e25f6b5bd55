import { sql } from 'kysely';
import { transactionOpen } from '../connection/busy-wait.ts';
import type { SqliteDatabase } from '../connection/sqlite-database.ts';
import { bookkeepingSql, migrationSql } from './migrations.ts';
import { sqlWriter } from './sessions-table.ts';
import { tableNames } from './table-names.ts';

/**
 * Brings the schema up to date; only reads if it is already current. Runs in one transaction without an `await`, so that neither
 * other calls on this connection nor another process can interfere. Kysely's migrator takes no lock on SQLite: when twenty processes
 * start on an empty database, some of them fail.
 */
export function migrateToLatest(database: SqliteDatabase, table: string): void {
  if (pendingMigrations(database, table).length === 0) return;
  if (database.inTransaction) throw transactionOpen();
  database.exec('begin immediate');
  try {
    const statements = [
      ...bookkeepingSql(table),
      ...pendingMigrations(database, table).flatMap((migration) => migration.statements),
    ];
    for (const statement of statements) database.exec(statement);
    database.exec('commit');
  } catch (error) {
    if (database.inTransaction) database.exec('rollback');
    throw error;
  }
}

/**
 * Migrations recorded by a newer version are left alone, since an older process may run alongside a newer one. If the table was
 * dropped or left out of a dump, the records are ignored.
 */
function pendingMigrations(database: SqliteDatabase, table: string): ReturnType<typeof migrationSql> {
  const db = sqlWriter(table);
  const exists = (name: string | undefined) => {
    const { sql: query } = db
      .selectFrom('sqlite_schema')
      .select('name')
      .where('type', '=', sql.lit('table'))
      .where(sql<boolean>`name = ${sql.lit(name)} collate nocase`)
      .compile();
    return database.prepare(query).get() !== undefined;
  };
  if (!exists(table) || !exists(tableNames(table).get('sessions_migration'))) return migrationSql(table);

  const recorded = db.selectFrom('sessions_migration').select('name').compile();
  const done = (database.prepare(recorded.sql).all() as { name: string }[]).map(({ name }) => name);
  return migrationSql(table).filter(({ name }) => !done.includes(name));
}
