import { schemaSql, startSession } from '@store/postgres';
import type { Backend, Contender } from '../../contender.ts';
import { type BareTable, bareOperations, ourTable, plainTable } from '../bare-table.ts';
import { peer } from '../package-version.ts';
import { openStore } from '../record-store.ts';
import { openConnectPgSimple, openLucia } from './peers.ts';
import { onPool, poolSize } from './postgres-contender.ts';

/** Named statements through `pool.query`, and nothing else. */
const openBare = (table: BareTable) =>
  onPool('sessions', async (pool) => {
    await pool.query(table.create);
    return bareOperations(table, (name) => {
      let parameters = 0;
      const text = table.sql[name].replace(/\?/g, () => `$${++parameters}`);
      return async (...values) => (await pool.query({ name, text, values })).rows[0]?.payload;
    });
  });

const openOurs = (prepare: boolean) =>
  onPool('sessions', (pool) => openStore((options) => startSession({ ...options, pool, prepare })));

const ourSchema = ourTable(schemaSql());
const bare: Contender = { kind: 'bare', name: 'node-postgres, our schema', open: openBare(ourSchema) };
const control: Contender = { ...bare, kind: 'control', name: 'the same code again' };
const ours: Contender = { kind: 'ours', name: '@store/postgres', open: openOurs(true) };
/** With the setting that a transaction pooler requires. */
const unprepared: Contender = {
  ...ours,
  name: '@store/postgres, prepare: false',
  slow: true,
  open: openOurs(false),
};
const limit: Contender = { kind: 'limit', name: 'node-postgres, plain ids', open: openBare(plainTable) };

const connectPgSimple = peer('connect-pg-simple', openConnectPgSimple);
const lucia = peer('@lucia-auth/adapter-postgresql', openLucia);

export const postgres: Backend = {
  name: 'postgres',
  title: 'PostgreSQL',
  blocks: { times: 2, sizes: [25, 128] },
  note:
    `A pool of ${poolSize} connections each, to one PostgreSQL on the same machine, over TCP; fsync on, default settings. ` +
    'Tables are vacuumed and analyzed between operations, untimed, and not by the server itself. Ratios are to the first line: ' +
    'named statements through `pool.query` on the table of @store/postgres, ids hashed. "Plain ids" is the table that people ' +
    "write by hand, with an index on the expiry. Processor time is the client's alone, without the server's.",
  baseline: bare,
  lines: [bare, control, ours, unprepared, limit, connectPgSimple, lucia],
  collectors: [limit, bare, ours, connectPgSimple, lucia],
};
