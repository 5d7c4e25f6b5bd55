import { join } from 'node:path';
import { sessionKey } from '@store/core/driver';
import { startSession } from '@store/sqlite';
import Database from 'better-sqlite3';
import type { Backend, BackendOptions, HeldField } from './backend.ts';

/** In display order. */
const columns = ['key', 'payload', 'subject', 'version', 'created_at', 'expires_at', 'idle_timeout', 'gc_at'];

const kinds: Record<string, HeldField['kind']> = {
  created_at: 'time',
  expires_at: 'time',
  gc_at: 'time',
  payload: 'json',
};

/** Keeps sessions in `sessions.db`. A second, read-only connection reads the table, so the page shows exactly what is in it. */
export async function openSqlite({ directory, ...options }: BackendOptions): Promise<Backend> {
  const path = join(directory, 'sessions.db');
  const store = await startSession({ database: path, ...options });
  const database = new Database(path, { readonly: true });
  const row = database.prepare(`select ${columns.join(', ')} from sessions where key = ?`);

  return {
    label: 'SQLite',
    place: 'table sessions',
    store,
    look(cookieValue) {
      const found = row.get(sessionKey(cookieValue)) as Record<string, string | number | null> | undefined;
      if (!found) return undefined;
      const fields = Object.entries(found).map(([name, value]) => ({
        name,
        value,
        kind: kinds[name] ?? 'text',
      }));
      return { fields, expiresAt: Number(found.expires_at) };
    },
    async close() {
      database.close();
      await store.close();
    },
  };
}
