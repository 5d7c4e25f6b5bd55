import { migrations, schemaSql } from '@store/sqlite';
import type Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

/** With plain SQL: run it, or print it for the sqlite3 shell. Running it again changes nothing. */
export function makeTable(database: Database.Database): void {
  database.exec(schemaSql('sessions'));
}

/** With Kysely: together with the application's migrations. */
export async function migrateAll(database: Database.Database, own: Record<string, Migration>) {
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
  const provider = { getMigrations: async () => ({ ...own, ...migrations('sessions') }) };
  return new Migrator({ db, provider }).migrateToLatest();
}
