import { migrations, schemaSql } from '@store/postgres';
import { Kysely, PostgresDialect } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Pool } from 'pg';

/** With plain SQL: run it, or print it for psql. Running it twice changes nothing. */
export async function makeTable(pool: Pool): Promise<void> {
  await pool.query(schemaSql('sessions'));
}

/** With Kysely: among the application's own migrations. */
export async function migrateAll(pool: Pool, own: Record<string, Migration>) {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const provider = { getMigrations: async () => ({ ...own, ...migrations('sessions') }) };
  return new Migrator({ db, provider }).migrateToLatest();
}
