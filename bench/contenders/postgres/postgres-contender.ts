import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Contender, Operations } from '../../contender.ts';
import { borrowServer } from './server.ts';

/** Connections per contender: node-postgres's default. */
export const poolSize = 10;

/** The contender's schema. */
export function schemaOf(directory: string): string {
  return `bench_${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`;
}

/**
 * A contender with its own pool and schema, on a server that all contenders share. Idle connections stay open: otherwise connections
 * would be opened, and statements prepared, within a block. The table is vacuumed and analyzed between operations, not whenever the
 * server decides to.
 */
export function onPool<Loaded>(
  table: string,
  start: (pool: pg.Pool) => Promise<Operations<Loaded>>,
): Contender['open'] {
  return async (directory) => {
    const { url, giveBack } = await borrowServer(directory);
    const schema = schemaOf(directory);
    const settings = { connectionString: url, options: `-c search_path=${schema}` };
    const pool = new pg.Pool({ ...settings, max: poolSize, idleTimeoutMillis: 0 });
    const admin = new pg.Client(settings);
    // A connection that is being closed may still get an error when the server stops.
    pool.on('error', () => {});
    admin.on('error', () => {});

    async function close(operations?: Operations<Loaded>) {
      await operations?.close?.();
      await pool.end();
      await admin.query(`drop schema if exists ${schema} cascade`);
      await admin.end();
      await giveBack();
    }

    try {
      await admin.connect();
      await admin.query(`create schema ${schema}`);
      const operations = await start(pool);
      await admin.query(`alter table ${table} set (autovacuum_enabled = false)`);
      return {
        ...operations,
        async bulk(saves) {
          await onEveryConnection(pool, 'set synchronous_commit = off');
          await saves();
          await onEveryConnection(pool, 'reset synchronous_commit');
        },
        maintain: async () => void (await admin.query(`vacuum (analyze) ${table}`)),
        rows: async () => Number((await admin.query(`select count(*) from ${table}`)).rows[0].count),
        close: () => close(operations),
      };
    } catch (error) {
      await close().catch(() => {});
      throw error;
    }
  };
}

/** Opens the remaining connections, before anything is timed. */
async function onEveryConnection(pool: pg.Pool, sql: string): Promise<void> {
  const clients = await Promise.all(Array.from({ length: poolSize }, () => pool.connect()));
  await Promise.all(clients.map((client) => client.query(sql)));
  for (const client of clients) client.release();
}
