import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionId } from '@store/core';
import { type PostgresServer, startPostgres } from '@store/postgres-server';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, query, url } from '../test/fresh-schema.ts';
import { startLoad } from '../test/load.ts';
import { startProxy } from '../test/proxy.ts';
import { type PostgresSessionOptions, startSession } from './start-session.ts';

const impatient = { statementTimeout: 2, connectionTimeout: 2 };

async function start(options: PostgresSessionOptions) {
  const store = await startSession({ cache: false, ...options });
  onTestFinished(() => store.close());
  return store;
}

describe('a dedicated server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  it.each([
    ['stopped', () => server.stop()],
    ['killed', () => server.kill()],
  ])(
    'that is %s and started again under load causes UNAVAILABLE for a while, but loses no acknowledged write and needs no restart',
    async (_how, end) => {
      const store = await start({ connectionString: server.url, statementTimeout: 2, connectionTimeout: 2 });
      const load = startLoad(store);
      for (let round = 1; round <= 2; round += 1) {
        const before = load.acknowledged.size;
        await expect.poll(() => load.acknowledged.size).toBeGreaterThan(before + 50);
        const failed = load.failures.length;
        await end();
        await expect.poll(() => load.failures.length).toBeGreaterThan(failed + 16);
        await server.start();
        const resumed = load.acknowledged.size;
        await expect.poll(() => load.acknowledged.size).toBeGreaterThan(resumed + 50);
      }
      expect(await load.stop()).toEqual([]);
      expect(load.unexpected).toEqual([]);
    },
  );

  it('that goes away while the store is idle does not end the process', async () => {
    const pool = freshPool({ connectionString: server.url });
    const [own, passed] = [await start({ connectionString: server.url }), await start({ pool })];
    await Promise.all(
      Array.from({ length: 5 }, () => Promise.all([own.load('x'.repeat(43)), passed.load('y'.repeat(43))])),
    );
    await server.stop();
    await expect(own.load(createSessionId())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: expect.anything(),
    });
    await server.start();
    expect((await own.load(createSessionId())).exists).toBe(false);
    expect((await passed.load(createSessionId())).exists).toBe(false);
  });

  it('that is a standby serves loads and refuses writes with a clear error', async () => {
    const primary = await start({ connectionString: server.url });
    const id = createSessionId();
    await primary.save(id, { n: 1 }, {});
    await server.stop();
    const directory = await mkdtemp(join(tmpdir(), 'store-postgres-'));
    execFileSync('cp', ['-a', `${server.directory}/.`, directory]);
    await writeFile(join(directory, 'standby.signal'), '');
    const standby = await startPostgres({ directory });
    onTestFinished(() => standby.remove());
    const store = await start({ connectionString: standby.url });
    expect(await store.load(id)).toMatchObject({ data: { n: 1 } });
    const refused = { code: 'UNAVAILABLE', message: expect.stringContaining('Connect to the primary') };
    await expect(store.save(id, {}, {})).rejects.toMatchObject(refused);
    await expect(store.touch(id)).rejects.toMatchObject(refused);
    await expect(store.gc()).rejects.toMatchObject(refused);
    await server.start();
    expect((await primary.load(id)).exists).toBe(true);
  });
});

it('a store loses no acknowledged write while every connection is killed over and over', async () => {
  const store = await start({
    connectionString: `${url}?application_name=to_be_killed`,
    schema: freshSchema(),
  });
  const load = startLoad(store);
  let killed = 0;
  while (killed < 200 || load.acknowledged.size < 200) {
    const [{ count } = { count: 0 }] = await query(
      "select count(pg_terminate_backend(pid))::int from pg_stat_activity where application_name = 'to_be_killed'",
    );
    killed += count;
  }
  expect(load.failures.length).toBeGreaterThan(0);
  expect(await load.stop()).toEqual([]);
  expect(load.unexpected).toEqual([]);
});

it.each([true, false])(
  'a store is UNAVAILABLE while the network to the server is silent, and resumes afterwards (own pool: %s)',
  async (own) => {
    const proxy = await startProxy(url);
    const options = { schema: freshSchema(), ...impatient };
    const store = await start(
      own
        ? { connectionString: proxy.url, ...options }
        : { pool: freshPool({ connectionString: proxy.url, connectionTimeoutMillis: 2000 }), ...options },
    );
    const id = createSessionId();
    await store.save(id, {}, {});
    proxy.fallSilent();
    const calls = Array.from({ length: 30 }, () => [
      store.load(id),
      store.touch(id),
      store.save(createSessionId(), {}, {}),
    ]);
    for (const call of await Promise.allSettled(calls.flat())) {
      // Rejected by one of the two time limits, because nothing else reports the loss.
      const message = expect.stringMatching(/statementTimeout|connectionTimeout/);
      expect(call).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE', message } });
    }
    proxy.speak();
    await expect.poll(() => store.load(id).then(({ exists }) => exists, String)).toBe(true);
  },
);

it('a store does not start if the server does not respond, and says so', async () => {
  const silent = createServer(() => {});
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => {
    silent.close();
  });
  const { port } = silent.address() as { port: number };
  await expect(
    startSession({ connectionString: `postgres://u:secret@127.0.0.1:${port}/d`, cache: false, ...impatient }),
  ).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.not.stringContaining('secret') });
});
