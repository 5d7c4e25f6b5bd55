import pg from 'pg';
import { borrowPool } from '../src/connection/open-pool.ts';
import { createPostgresStorage } from '../src/postgres-storage.ts';
import { keyOf, now, sessionRecord } from './session-record.ts';

/** Moves the session `m0` to `m1`, `m2` and so on, endlessly, and prints each move once it is acknowledged. */
const [connectionString = '', schema = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString, application_name: `mover ${schema.slice(6, 20)}` });
const connection = borrowPool(pool, { statementTimeout: 20_000, connectionTimeout: 20_000, prepare: true });
const storage = createPostgresStorage(connection, { table: 'sessions', schema }, true);

for (let n = 0; ; n += 1) {
  const next = sessionRecord(`m${n + 1}`, { subject: 'ann', version: n + 2 });
  const mark = sessionRecord(`m${n}`, { idleTimeout: 0, version: n + 1000 });
  if ((await storage.move?.(keyOf(`m${n}`), n + 1, next, mark, now)) !== true) break;
  process.stdout.write(`${n + 1}\n`);
}
