import { sql } from 'kysely';
import type { Connection, Run } from './connection.ts';
import { bookkeepingSql, createSchemaSql, migrationSql } from './migrations.ts';
import { sqlWriter } from './sessions-table.ts';
import { isDuplicateObject, isMissing } from './sql-state.ts';
import { nameStatement, type Statement } from './statement.ts';
import type { TableLocation } from './table-names.ts';

/** Chosen once by chance: whoever else takes advisory locks in this database takes others. */
const lock = '5370917263849120417';

/** Milliseconds that a step may take, or wait for another process that is migrating. */
const mostPatience = 60_000;
const mostRaces = 5;

/**
 * Brings the schema up to date; only reads when it is. One transaction under an advisory lock that ends with it, so of many
 * processes that start at once one does the work, the others find it done, and a failure leaves nothing behind.
 */
export async function migrateToLatest(connection: Connection, location: TableLocation): Promise<void> {
  for (let races = 1; ; races += 1) {
    try {
      await connection.lend(mostPatience, (run) => migrate(run, location));
      return;
    } catch (error) {
      // Somebody who takes no lock, such as the application's own migrator, made the same table just now.
      if (!isDuplicateObject(error) || races === mostRaces) throw error;
    }
  }
}

async function migrate(run: Run, location: TableLocation): Promise<void> {
  if ((await pendingMigrations(run, location)).length === 0) return;
  await run(statement('begin'));
  try {
    await run(statement(`set local statement_timeout = ${mostPatience}`));
    await run(statement(`select pg_advisory_xact_lock(${lock})`));
    const steps = (await hasSchema(run, location)) ? [] : createSchemaSql(location);
    for (const step of [...steps, ...bookkeepingSql(location)]) await run(statement(step));
    for (const { statements } of await pendingMigrations(run, location)) {
      for (const step of statements) await run(statement(step));
    }
    await run(statement('commit'));
  } catch (error) {
    await run(statement('rollback')).catch(() => {});
    throw error;
  }
}

/** Migrations of a newer version that are booked already are left alone: an older process may run beside a newer one. */
async function pendingMigrations(
  run: Run,
  location: TableLocation,
): Promise<ReturnType<typeof migrationSql>> {
  const all = migrationSql(location);
  try {
    const { rows } = await run(
      nameStatement(sqlWriter(location).selectFrom('sessions_migration').select('name').compile(), false),
    );
    return all.filter(({ name }) => !rows.some(([booked]) => booked === name));
  } catch (error) {
    if (isMissing(error)) return all;
    throw error;
  }
}

async function hasSchema(run: Run, { schema }: TableLocation): Promise<boolean> {
  if (schema === undefined) return true;
  const found: Statement<[schema: string]> = {
    name: undefined,
    text: 'select 1 from pg_catalog.pg_namespace where nspname = $1',
  };
  return (await run(found, schema)).rows.length > 0;
}

/** Reads a row that cannot be there, so that a table which is missing or out of date is found at the start. */
export async function probeTable({ run }: Connection, location: TableLocation): Promise<void> {
  const probe = sqlWriter(location)
    .selectFrom('sessions')
    .select(['key', 'version', 'gc_at', 'expires_at', 'created_at', 'idle_timeout', 'subject', 'payload'])
    .where(sql<boolean>`false`)
    .compile();
  await run(nameStatement(probe, false));
}

function statement(text: string): Statement<[]> {
  return { name: undefined, text };
}
