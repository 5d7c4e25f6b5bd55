import pg from 'pg';
import { expect, onTestFinished } from 'vitest';
import { freshSchema, query, url } from './fresh-schema.ts';
import { freshStorage, type SentStatement } from './fresh-storage.ts';

/** The table's name for SQL. */
export const tableOf = (schema: string) => `${pg.escapeIdentifier(schema)}.sessions`;

/** A storage backend whose server processes can be told apart from all others. */
export async function namedStorage({
  schema = freshSchema(),
  ...options
}: pg.PoolConfig & { schema?: string }) {
  const application = `colliding ${schema.slice(6, 20)}`;
  return { application, ...(await freshStorage({ schema, application_name: application, ...options })) };
}

/** Resolves once this many server processes of that name wait for a lock. */
export async function waiting(application: string, count = 1): Promise<void> {
  const text = `select count(*)::int as count from pg_stat_activity
    where wait_event_type = 'Lock' and application_name = $1`;
  await expect.poll(() => query(text, [application]), { timeout: 10_000 }).toEqual([{ count }]);
}

/** A separate connection, for transactions that hold locks; it is closed when the test ends. */
export async function connect(application = 'another'): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: application });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Makes PostgreSQL refuse the rows that match this SQL condition, with this SQLSTATE; `nth` counts the rows from 1. */
export async function refuseRows(
  schema: string,
  { events = 'insert or update or delete', when = 'true', code = '40001' },
): Promise<void> {
  const name = `${pg.escapeIdentifier(schema)}.refuse`;
  await query(`
    create sequence ${name}d;
    create function ${name}() returns trigger language plpgsql as $f$
      begin
        if ${when.replaceAll('nth', `nextval('${name}d')`)} then raise exception using errcode = '${code}'; end if;
        return coalesce(new, old);
      end
    $f$;
    create trigger refuse after ${events} on ${tableOf(schema)} for each row execute function ${name}()`);
}

export const refuseNoMore = (schema: string) => query(`drop trigger refuse on ${tableOf(schema)}`);

/** The options of connections that have this isolation level by default. */
export const isolatedAs = (isolation: string) => ({
  options: `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`,
});

/** The SQLSTATE of every statement that failed. */
export const failures = (sent: SentStatement[]) =>
  sent.flatMap(({ failed }) => (failed === undefined ? [] : [failed]));
