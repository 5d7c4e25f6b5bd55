import { type RecordStorage, tryAgain } from '@store/core/driver';
import type pg from 'pg';
import { onTestFinished } from 'vitest';
import { borrowPool } from '../src/connection/open-pool.ts';
import { createPostgresStorage } from '../src/postgres-storage.ts';
import { migrateToLatest } from '../src/schema/migrate.ts';
import { freshPool, freshSchema } from './fresh-schema.ts';

/** A storage backend without core around it, its pool, and the statements that were sent; all are removed when the test ends. */
export async function freshStorage({
  schema = freshSchema(),
  prepare = true,
  statementTimeout = 20_000,
  ...options
}: pg.PoolConfig & { schema?: string; prepare?: boolean; statementTimeout?: number } = {}) {
  const pool = freshPool(options);
  const location = { table: 'sessions', schema };
  const connection = borrowPool(pool, { statementTimeout, connectionTimeout: 20_000, prepare });
  await migrateToLatest(connection, location);
  onTestFinished(() => connection.close());
  return {
    pool,
    schema,
    sent: watch(pool),
    storage: createPostgresStorage(connection, location, prepare),
  };
}

/** The same storage, but retrying writes for as long as they return `tryAgain`, as core does. */
export function repeating(storage: RecordStorage): RecordStorage {
  const repeated = (call: (...args: unknown[]) => unknown) => {
    return async (...args: unknown[]) => {
      for (;;) {
        const result = await call(...args);
        if (result !== tryAgain) return result;
      }
    };
  };
  const entries = Object.entries(storage).map(([name, call]) => [name, repeated(call)]);
  return Object.fromEntries(entries) as RecordStorage;
}

/** A statement that was sent: how many keys it carried, and the SQLSTATE it failed with. */
export interface SentStatement {
  text: string;
  name: string | undefined;
  keys: number;
  failed?: string | undefined;
}

type StoreQuery = { text: string; name?: string; values: unknown[] };
type Callback = (error: { code?: string } | null, result: unknown) => void;

/** Records every statement from now on. */
function watch(pool: pg.Pool): SentStatement[] {
  const sent: SentStatement[] = [];
  const watched = new WeakSet<pg.PoolClient>();
  pool.on('acquire', (client) => {
    if (watched.has(client)) return;
    watched.add(client);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      const [given, callback] = args as [StoreQuery, Callback];
      if (typeof given !== 'object' || !('rowMode' in given)) return query(...args);
      const { text, name, values } = given;
      const keys = /^\{(.*)\}$/.exec(String(values[0]))?.[1]?.split(',').length ?? 1;
      // The statement that reads the server's clock, once a minute, does not count.
      if (text.startsWith('select extract(epoch from clock_timestamp())')) return query(...args);
      const statement: SentStatement = { text, name, keys };
      sent.push(statement);
      const answered: Callback = (error, result) => {
        statement.failed = error?.code;
        callback(error, result);
      };
      return query(given, answered);
    }) as typeof client.query;
  });
  return sent;
}
