import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { NodePostgresAdapter } from '@lucia-auth/adapter-postgresql';
import createStoreClass from 'connect-pg-simple';
import session from 'express-session';
import { expressStoreOperations, promised } from '../express-store.ts';
import { luciaOperations, luciaTables } from '../lucia.ts';
import { onPool } from './postgres-contender.ts';

const tableSql = createRequire(import.meta.url).resolve('connect-pg-simple/table.sql');

/** connect-pg-simple on the table from its README. It uses no prepared statements. */
export const openConnectPgSimple = onPool('session', async (pool) => {
  await pool.query(await readFile(tableSql, 'utf8'));
  const PgStore = createStoreClass(session);
  const store = new PgStore({ pool, pruneSessionInterval: false });
  const gc = () => promised((done) => store.pruneSessions(done));
  return { ...expressStoreOperations(store), gc, close: () => store.close() };
});

export const openLucia = onPool('session', async (pool) => {
  await pool.query(luciaTables('timestamptz'));
  return luciaOperations(new NodePostgresAdapter(pool, { user: 'user', session: 'session' }));
});
