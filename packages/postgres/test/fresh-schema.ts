import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';

export const url = inject('postgresUrl');

/** The name of a schema that is not there yet, and is dropped when the test is over. */
export function freshSchema(): string {
  const schema = `Test "${randomBytes(8).toString('hex')}".x`;
  onTestFinished(() => query(`drop schema if exists ${pg.escapeIdentifier(schema)} cascade`).then(() => {}));
  return schema;
}

/** Runs SQL beside the store, on a connection of its own. */
export async function query(text: string, values: unknown[] = [], connectionString = url) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** A pool that ends with the test. */
export function freshPool(options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, ...options });
  // As every application should: a connection can break while it is being ended.
  pool.on('error', () => {});
  onTestFinished(() => (pool.ending ? undefined : pool.end()));
  return pool;
}
