import { sql } from 'kysely';
import type { Connection, Run } from '../connection/connection.ts';
import { nameStatement, type Statement } from '../connection/statement.ts';
import { isDuplicateObject, isMissing, unavailable } from '../errors.ts';
import { bookkeepingSql, createSchemaSql, migrationSql } from './migrations.ts';
import { sqlWriter } from './sessions-table.ts';
import { qualifiedName, type TableLocation } from './table-names.ts';

/** A constant, chosen at random so that it does not clash with any other advisory lock in this database. */
const lock = '5370917263849120417';

/** Milliseconds that a step may take, or wait for another process that is migrating. */
const maxWait = 60_000;
const mostRaces = 5;

/**
 * Brings the schema up to date; only reads if it already is. Migrations run in one transaction under a transaction-level advisory
 * lock: when many processes start together, one does the work, the others find it done, and a failure leaves nothing behind.
 */
export async function migrateToLatest(connection: Connection, location: TableLocation): Promise<void> {
  for (let races = 1; ; races += 1) {
    try {
      await connection.lend(maxWait, (run) => migrate(run, location));
      return;
    } catch (error) {
      // A process that does not take the lock, such as the application's own migrator, has just created the same table.
      if (!isDuplicateObject(error) || races === mostRaces) throw error;
    }
  }
}

async function migrate(run: Run, location: TableLocation): Promise<void> {
  if ((await pendingMigrations(run, location)).length === 0) return;
  await run(statement('begin'));
  try {
    await run(statement(`set local statement_timeout = ${maxWait}`));
    // Wait for other processes that are migrating, even if the role has a short lock_timeout.
    const { rows } = await run(statement("select current_setting('lock_timeout')"));
    await run(statement('set local lock_timeout = 0'));
    await run(statement(`select pg_advisory_xact_lock(${lock})`));
    await run(statement(`set local lock_timeout = '${rows[0]?.[0]}'`));
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

/**
 * The migrations to run: those not recorded as done; or all of them if the table itself is gone, because it was dropped or left
 * out of a dump. Records of a newer version are left alone: an older process may run alongside a newer one.
 */
async function pendingMigrations(
  run: Run,
  location: TableLocation,
): Promise<ReturnType<typeof migrationSql>> {
  const all = migrationSql(location);
  try {
    const { rows } = await run(
      nameStatement(sqlWriter(location).selectFrom('sessions_migration').select('name').compile(), false),
    );
    const pending = all.filter(({ name }) => !rows.some(([booked]) => booked === name));
    if (pending.length === all.length || (await hasTable(run, location))) return pending;
    return all;
  } catch (error) {
    if (isMissing(error)) return all;
    throw error;
  }
}

async function hasTable(run: Run, location: TableLocation): Promise<boolean> {
  const found: Statement<[name: string]> = { name: undefined, text: 'select to_regclass($1) is not null' };
  return (await run(found, qualifiedName(location))).rows[0]?.[0] === 't';
}

async function hasSchema(run: Run, { schema }: TableLocation): Promise<boolean> {
  if (schema === undefined) return true;
  const found: Statement<[schema: string]> = {
    name: undefined,
    text: 'select 1 from pg_catalog.pg_namespace where nspname = $1',
  };
  return (await run(found, schema)).rows.length > 0;
}

/** Selects no rows; fails at startup if the table is missing or out of date. */
export async function probeTable({ run }: Connection, location: TableLocation): Promise<void> {
  const probe = sqlWriter(location)
    .selectFrom('sessions')
    .select(['key', 'version', 'gc_at', 'expires_at', 'created_at', 'idle_timeout', 'subject', 'payload'])
    .where(sql<boolean>`false`)
    .compile();
  await run(nameStatement(probe, false, { readOnly: true }));
}

/**
 * Refuses a database or connection that would lose characters: with any encoding but UTF-8, the first save with an emoji fails
 * or is stored wrongly.
 *
 * @throws {StoreError} `UNAVAILABLE`
 */
export async function assertUtf8({ run }: Connection): Promise<void> {
  const text = "select current_setting('server_encoding'), current_setting('client_encoding')";
  const { rows } = await run({ name: undefined, text, readOnly: true });
  const [server = '', client = ''] = (rows[0] ?? []).map(String);
  if (!isUtf8(server)) {
    throw unavailable(
      `The database's encoding is ${server}, which cannot hold every character. ` +
        'Use a database that was created with ENCODING UTF8.',
    );
  }
  if (!isUtf8(client)) {
    throw unavailable(
      `The connection's client_encoding is ${client}, but node-postgres reads and writes UTF-8. ` +
        'Remove that setting from the role, the database or the connection.',
    );
  }
}

function isUtf8(encoding: string): boolean {
  return /^(utf-?8|unicode)$/i.test(encoding.replace(/_/g, ''));
}

function statement(text: string): Statement<[]> {
  return { name: undefined, text };
}
