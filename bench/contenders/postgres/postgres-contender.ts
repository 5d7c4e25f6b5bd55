import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Contender, OpenContender } from '../../contender.ts';
import { borrowServer } from './server.ts';

/** Connections of each contender: what node-postgres takes when nobody chooses. */
export const poolSize = 10;

/** What a contender does itself. */
type Way<Loaded> = Omit<OpenContender<Loaded>, 'bulk' | 'settle' | 'rows' | 'close'> & {
  /** Before its pool is ended. */
  leave?(): Promise<void>;
};

/** The schema that a contender has for itself, by its directory. */
export function schemaOf(directory: string): string {
  return `bench_${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`;
}

/**
 * A contender with a pool and a schema of its own on the server that all share. Its connections are never closed for being
 * idle: they would be made anew, and their statements prepared again, within somebody's block.
 *
 * @param table Where its sessions are. Vacuumed and analyzed between operations, and not by the server whenever it likes.
 */
export function postgresContender<Loaded>(
  name: string,
  table: string,
  start: (pool: pg.Pool) => Promise<Way<Loaded>>,
): Contender {
  async function open(directory: string): Promise<OpenContender<Loaded>> {
    const server = await borrowServer(directory);
    const schema = schemaOf(directory);
    const settings = { connectionString: server.url, options: `-c search_path=${schema}` };
    const pool = new pg.Pool({ ...settings, max: poolSize, idleTimeoutMillis: 0 });
    const beside = new pg.Client(settings);
    // A connection that is being ended may still hear that the server stops.
    pool.on('error', () => {});
    beside.on('error', () => {});

    async function close() {
      await pool.end();
      await beside.query(`drop schema if exists ${schema} cascade`);
      await beside.end();
      await server.giveBack();
    }

    try {
      await beside.connect();
      await beside.query(`create schema ${schema}`);
      const { leave, ...way } = await start(pool);
      await beside.query(`alter table ${table} set (autovacuum_enabled = false)`);
      return {
        ...way,
        async bulk(saves) {
          await onEveryConnection(pool, 'set synchronous_commit = off');
          await saves();
          await onEveryConnection(pool, 'reset synchronous_commit');
        },
        settle: async () => void (await beside.query(`vacuum (analyze) ${table}`)),
        rows: async () => Number((await beside.query(`select count(*) from ${table}`)).rows[0].count),
        async close() {
          await leave?.();
          await close();
        },
      };
    } catch (error) {
      await close().catch(() => {});
      throw error;
    }
  }
  return { name, open };
}

/** Also opens those that were not open yet, before anything is timed. */
async function onEveryConnection(pool: pg.Pool, sql: string): Promise<void> {
  const clients = await Promise.all(Array.from({ length: poolSize }, () => pool.connect()));
  await Promise.all(clients.map((client) => client.query(sql)));
  for (const client of clients) client.release();
}
