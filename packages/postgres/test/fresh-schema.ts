import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';

export const url = inject('postgresUrl');

/** The name of a schema that does not exist yet, and is dropped when the test ends. */
export function freshSchema(): string {
  const schema = `Test "${randomBytes(8).toString('hex')}".x`;
  onTestFinished(() => query(`drop schema if exists ${pg.escapeIdentifier(schema)} cascade`).then(() => {}));
  return schema;
}

/** Runs SQL outside the store, on a separate connection. */
export async function query(text: string, values: unknown[] = [], connectionString = url) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** A pool that is closed when the test ends. */
export function freshPool(options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, ...options });
  // As every application should: a connection can break while it is being closed.
  pool.on('error', () => {});
  onTestFinished(() => (pool.ending ? undefined : pool.end()));
  return pool;
}
