import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { proveContenders } from '../prove-contenders.ts';
import { postgres } from './postgres.ts';
import { schemaOf } from './postgres-contender.ts';
import { borrowServer, type LentServer } from './server.ts';

let parent: string;
let server: LentServer;

// Borrowed for all tests: it would start anew for each.
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'store-bench-'));
  server = await borrowServer(join(parent, 'all'));
});
afterAll(async () => {
  await server?.giveBack();
  rmSync(parent, { recursive: true });
});

proveContenders(postgres, async (directory) => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname = $1 and tablename not like '%migration%'`,
      [schemaOf(directory)],
    );
    const found = [];
    for (const { name } of tables) found.push((await client.query(`select * from ${name}`)).rows);
    return JSON.stringify(found);
  } finally {
    await client.end();
  }
});
