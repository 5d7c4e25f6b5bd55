import { sessionKey } from '@store/core/driver';
import { startSession } from '@store/postgres';
import { startPostgres } from '@store/postgres-server';
import { Pool } from 'pg';
import type { Backend, BackendOptions, HeldField } from './backend.ts';

/** In display order. */
const columns = {
  key: 'text',
  payload: 'json',
  subject: 'text',
  version: 'text',
  created_at: 'time',
  expires_at: 'time',
  idle_timeout: 'text',
  gc_at: 'time',
} as const satisfies Record<string, HeldField['kind']>;
const names = Object.keys(columns) as (keyof typeof columns)[];
/** Eight-byte integers, which pg returns as text; all of these fit into a number. */
const integers = new Set<string>(['version', 'created_at', 'expires_at', 'gc_at']);

/** Keeps sessions in the PostgreSQL server that `DATABASE_URL` names, or in one that starts and stops with the demo. */
export async function openPostgres({ directory: _unused, ...options }: BackendOptions): Promise<Backend> {
  const { DATABASE_URL } = process.env;
  const embedded = DATABASE_URL ? undefined : await startPostgres().catch(explain);
  try {
    return await connectTo(DATABASE_URL || embedded?.url || '', options, embedded?.remove);
  } catch (error) {
    await embedded?.remove();
    throw error;
  }
}

function explain(cause: Error): never {
  throw new Error(`${cause.message}\nTo use your own server, set DATABASE_URL to its address.`, {
    cause,
  });
}

async function connectTo(
  connectionString: string,
  options: Omit<BackendOptions, 'directory'>,
  stop = async () => {},
): Promise<Backend> {
  const store = await startSession({ connectionString, ...options });
  const pool = new Pool({ connectionString, max: 1 });
  pool.on('error', () => {});

  return {
    label: 'PostgreSQL',
    place: 'table sessions',
    store,
    async look(cookieValue) {
      const { rows } = await pool.query(`select ${names.join(', ')} from sessions where key = $1`, [
        sessionKey(cookieValue),
      ]);
      const [found] = rows as Record<string, string | number | null>[];
      if (!found) return undefined;
      const fields = names.map((name) => ({
        name,
        value: integers.has(name) ? Number(found[name]) : (found[name] ?? null),
        kind: columns[name],
      }));
      return { fields, expiresAt: Number(found.expires_at) };
    },
    async close() {
      await pool.end();
      await store.close();
      await stop();
    },
  };
}
