import { createSessionId } from '@store/core';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, query, url } from '../../test/fresh-schema.ts';
import { startLoad } from '../../test/load.ts';
import { createRole } from '../../test/role.ts';
import { startSession } from '../start-session.ts';

const full = {
  code: 'UNAVAILABLE',
  message: expect.stringContaining('no connection left'),
  cause: expect.objectContaining({ code: '53300' }),
};

/** A role with a connection limit, and the rights from the README on an existing table. */
async function limitedRole(limit: number) {
  const schema = freshSchema();
  await (await startSession({ connectionString: url, schema, cache: false })).close();
  const { connectionString, role } = await createRole(schema, `connection limit ${limit}`);

  /** Takes every connection available to the role, including those the store releases. @returns a function that releases them */
  async function takeAll(): Promise<() => Promise<unknown>> {
    const taken: pg.Client[] = [];
    const giveBack = () => Promise.all(taken.splice(0).map((client) => client.end()));
    onTestFinished(() => giveBack().then(() => {}));
    while (taken.length < limit) {
      await query(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1 and application_name <> 'taken'",
        [role.slice(1, -1)],
      );
      const client = new pg.Client({ connectionString, application_name: 'taken' });
      client.on('error', () => {});
      // Refused if the store took the connection first.
      await client.connect().then(
        () => taken.push(client),
        () => {},
      );
    }
    return giveBack;
  }
  return { schema, connectionString, takeAll };
}

describe('a server that has no connection left', () => {
  it('makes startup fail with a clear error, and lets it succeed once a connection is free', async () => {
    const { schema, connectionString, takeAll } = await limitedRole(1);
    const options = { schema, connectionString, cache: false };
    const giveBack = await takeAll();
    await expect(startSession(options)).rejects.toMatchObject(full);
    await giveBack();
    const started = () =>
      startSession(options).then(
        (store) => store.close(),
        (error) => error.message,
      );
    await expect.poll(started).toBeUndefined();
  });

  it.each([
    ['its own pool', true],
    ['an existing pool', false],
  ])(
    'while the store runs causes UNAVAILABLE until one is free, loses no acknowledged write, and needs no restart, with %s',
    async (_pool, own) => {
      const { schema, connectionString, takeAll } = await limitedRole(4);
      const store = await startSession({
        ...(own ? { connectionString } : { pool: freshPool({ connectionString }) }),
        schema,
        cache: false,
      });
      onTestFinished(() => store.close());
      const load = startLoad(store);
      for (let round = 1; round <= 2; round += 1) {
        const before = load.acknowledged.size;
        await expect.poll(() => load.acknowledged.size).toBeGreaterThan(before + 50);
        const giveBack = await takeAll();
        const failed = load.failures.length;
        await expect.poll(() => load.failures.length).toBeGreaterThan(failed + 50);
        // The server refuses, long before any timeout.
        const id = createSessionId();
        const calls = [
          store.load(id),
          store.save(id, {}, {}),
          store.touch(id),
          store.destroy(id),
          store.gc(),
        ];
        for (const call of await Promise.allSettled(calls)) {
          expect(call).toMatchObject({ status: 'rejected', reason: full });
        }
        await giveBack();
      }
      const resumed = load.acknowledged.size;
      await expect.poll(() => load.acknowledged.size).toBeGreaterThan(resumed + 50);
      expect(await load.stop()).toEqual([]);
      expect(load.unexpected).toEqual([]);
    },
  );

  it.each([
    ['their own pools', true],
    ['existing pools', false],
  ])('does not make calls fail if each instance already has one connection, with %s', async (_pool, own) => {
    const { schema, connectionString } = await limitedRole(3);
    const start = () =>
      startSession({
        ...(own ? { connectionString } : { pool: freshPool({ connectionString }) }),
        schema,
        cache: false,
        // On a slow machine, 120 calls on one connection take seconds.
        connectionTimeout: 60,
      });
    const stores = [await start(), await start(), await start()];
    onTestFinished(() => Promise.all(stores.map((store) => store.close())).then(() => {}));
    const calls = stores.flatMap((store) =>
      Array.from({ length: 40 }, async () => {
        const id = createSessionId();
        await store.save(id, {}, {});
        await Promise.all([store.list('ann'), store.load(id), store.touch(id)]);
        return store.destroy(id);
      }),
    );
    expect((await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  it('does not keep the pool small: it grows again under load', async () => {
    const { schema, connectionString, takeAll } = await limitedRole(4);
    const pool = freshPool({ connectionString, max: 4 });
    const store = await startSession({ pool, schema, cache: false });
    const giveBack = await takeAll();
    await expect(store.list('ann')).rejects.toMatchObject(full);
    let running = true;
    // Calls that cannot share a statement, so each needs its own connection.
    const calls = Array.from({ length: 12 }, async () => {
      while (running) await store.list('ann').catch(() => new Promise(setImmediate));
    });
    await giveBack();
    await expect.poll(() => pool.totalCount).toBe(4);
    running = false;
    await Promise.all(calls);
  });

  it('is reported as the cause when a call times out while waiting', async () => {
    const { schema, connectionString } = await limitedRole(1);
    const pool = freshPool({ connectionString });
    const store = await startSession({ pool, schema, cache: false, connectionTimeout: 0.5 });
    const busy = await pool.connect();
    await expect(store.load(createSessionId())).rejects.toMatchObject(full);
    busy.release();
    expect((await store.load(createSessionId())).exists).toBe(false);
  });

  it('is never asked for more connections than poolSize', async () => {
    const application = `small_${createSessionId().slice(0, 12)}`;
    const connectionString = `${url}?application_name=${application}`;
    const store = await startSession({ connectionString, schema: freshSchema(), cache: false, poolSize: 2 });
    onTestFinished(() => store.close());
    await Promise.all(Array.from({ length: 100 }, () => store.list('ann')));
    const count = 'select count(*)::int as count from pg_stat_activity where application_name = $1';
    expect(await query(count, [application])).toEqual([{ count: 2 }]);
  });
});
