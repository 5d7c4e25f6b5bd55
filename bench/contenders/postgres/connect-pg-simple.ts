import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import createStoreClass from 'connect-pg-simple';
import session from 'express-session';
import type { Contender } from '../../contender.ts';
import { type ExpressSession, expressStoreOperations } from '../express-store.ts';
import { lifetime } from '../lifetime.ts';
import { packageVersion } from '../package-version.ts';
import { postgresContender } from './postgres-contender.ts';

const tableSql = createRequire(import.meta.url).resolve('connect-pg-simple/table.sql');

/** connect-pg-simple on the table that its README says to make. It prepares no statement. */
export const connectPgSimplePeer: Contender = postgresContender(
  packageVersion('connect-pg-simple'),
  'session',
  async (pool) => {
    await pool.query(await readFile(tableSql, 'utf8'));
    const PgStore = createStoreClass(session);
    const store = new PgStore<ExpressSession>({ pool, pruneSessionInterval: false });
    return {
      ...expressStoreOperations(store, lifetime),
      gc: () =>
        new Promise<void>((resolve, reject) => {
          store.pruneSessions((error) => (error ? reject(error) : resolve()));
        }),
      leave: async () => store.close(),
    };
  },
);
