import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { makeTable, migrateAll } from '../test/examples/own-migrations.ts';
import { storeOf } from '../test/examples/tenants.ts';
import { freshPool, freshSchema, query, url } from '../test/fresh-schema.ts';
import { startSession } from './start-session.ts';

const examples = join(import.meta.dirname, '..', 'test', 'examples');

/** An existing schema, and the options that put it on the search path. */
async function searchPath() {
  const schema = freshSchema();
  await query(`create schema ${pg.escapeIdentifier(schema)}`);
  return { schema, options: `-c search_path=${pg.escapeIdentifier(schema).replaceAll(' ', '\\ ')}` };
}

it('counts visits in the README example, and stops on SIGTERM', async () => {
  const { options } = await searchPath();
  const server = spawn(process.execPath, [join(examples, 'visit-counter.ts')], {
    env: { ...process.env, PORT: '0', DATABASE_URL: url, PGOPTIONS: options },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  const [listening] = await once(server.stdout, 'data');
  const address = `http://localhost:${/port: (\d+)/.exec(String(listening))?.[1]}`;
  const visit = (headers: Record<string, string> = {}) => fetch(address, { headers });
  const first = await visit();
  expect(await first.text()).toBe('visits before this one: 0\n');
  const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  expect(await (await visit({ cookie })).text()).toBe('visits before this one: 1\n');
  expect(await (await visit({ cookie })).text()).toBe('visits before this one: 2\n');
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});

it('starts with migrate: false on a table created by either of the README migrations', async () => {
  for (const make of [makeTable, (pool: pg.Pool) => migrateAll(pool, {})]) {
    const pool = freshPool({ options: (await searchPath()).options });
    await make(pool);
    const store = await startSession({ pool, migrate: false, cache: false });
    expect(await store.gc()).toBe(0);
    await store.close();
  }
});

it('needs only the grants in the README', async () => {
  const { schema, options } = await searchPath();
  const pool = freshPool({ options });
  await (await startSession({ pool, cache: false })).close();
  const grants = readFileSync(join(examples, 'least-privilege.sql'), 'utf8');
  await query('create role app login').catch(() => {});
  await pool.query(`grant usage on schema ${pg.escapeIdentifier(schema)} to app`);
  await pool.query(grants);
  onTestFinished(() => query('drop owned by app; drop role app').then(() => {}));
  const limited = freshPool({ options: `${options} -c role=app` });
  const store = await startSession({ pool: limited, cache: false });
  const [id, newId] = ['a'.repeat(43), 'b'.repeat(43)];
  await store.save(id, {}, {}, { subject: 'ann' });
  await store.update(id, (content) => content, { newId });
  expect(await store.touch(newId)).toBe(true);
  expect(await store.destroyAll('ann')).toBe(1);
  expect(await store.gc()).toBe(0);
  await store.close();
});

it('keeps each tenant in a separate schema, on one pool', async () => {
  const pool = freshPool({ max: 2 });
  const tenants = ['acme', 'umbra'].map((name) => `${name}_${Date.now()}`) as [string, string];
  onTestFinished(() =>
    query(tenants.map((tenant) => `drop schema if exists tenant_${tenant} cascade`).join(';')).then(() => {}),
  );
  const [acme, umbra] = [await storeOf(pool, tenants[0]), await storeOf(pool, tenants[1])];
  const id = 'c'.repeat(43);
  await acme.save(id, { shop: 'acme' }, {}, { subject: 'ann' });
  expect((await umbra.load(id)).exists).toBe(false);
  await umbra.save(id, { shop: 'umbra' }, {}, { subject: 'ann' });
  expect(await acme.destroyAll('ann')).toBe(1);
  expect((await umbra.load(id)).data).toEqual({ shop: 'umbra' });
  expect(await storeOf(pool, tenants[0])).toBe(acme);
  for (const store of [acme, umbra]) await store.close();
});
