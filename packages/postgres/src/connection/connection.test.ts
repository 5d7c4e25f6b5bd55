import { createSessionId } from '@store/core';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, query, url } from '../../test/fresh-schema.ts';
import { type PostgresSessionOptions, startSession } from '../start-session.ts';

async function start(options: PostgresSessionOptions) {
  const store = await startSession({ cache: false, ...options });
  onTestFinished(() => store.close());
  return store;
}

const id = createSessionId();

describe('a connection', () => {
  it('that is not free in time causes UNAVAILABLE, and nothing is written when it becomes free later', async () => {
    const pool = freshPool({ max: 1 });
    const schema = freshSchema();
    const patient = await start({ pool, schema });
    const store = await start({ pool, schema, connectionTimeout: 1 });
    const taken = await pool.connect();
    const refused = { code: 'UNAVAILABLE', message: expect.stringContaining('Raise connectionTimeout') };
    await expect(store.save(id, {}, {})).rejects.toMatchObject(refused);
    await expect(store.load(id)).rejects.toMatchObject(refused);
    taken.release();
    expect((await patient.load(id)).exists).toBe(false);
    expect(pool.totalCount).toBe(1);
  });

  it.each([
    ['its own pool', true],
    ['an existing pool', false],
  ])(
    'of %s is dropped when a statement takes too long, and the next call uses another',
    async (_pool, own) => {
      const schema = freshSchema();
      const options = { schema, statementTimeout: 1 };
      const patient = await start({ connectionString: url, schema });
      const store = await start(
        own ? { connectionString: url, ...options } : { pool: freshPool(), ...options },
      );
      await store.save(id, { n: 1 }, {});
      const blocker = new pg.Client({ connectionString: url });
      await blocker.connect();
      await blocker.query(`begin; lock table ${pg.escapeIdentifier(schema)}.sessions`);
      const calls = [store.load(id), store.touch(id), store.destroy(id), store.save(id, {}, {}), store.gc()];
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({
          status: 'rejected',
          reason: { code: 'UNAVAILABLE', message: expect.stringContaining('Raise statementTimeout') },
        });
      }
      if (own) {
        // The statements were canceled on the server, too: none of them is still waiting there.
        const waiting =
          "select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock' and query like '%' || $1 || '%'";
        await expect.poll(() => query(waiting, [schema.slice(6, 20)])).toEqual([{ count: 0 }]);
      }
      await blocker.query('rollback');
      await blocker.end();
      const found = () => store.load(createSessionId()).then(({ exists }) => exists, String);
      await expect.poll(found).toBe(false);
      if (own) expect(await patient.load(id)).toMatchObject({ data: { n: 1 } });
    },
  );

  it('that has lost its prepared statements, as behind a pooler, is reported and replaced', async () => {
    const pool = freshPool({ max: 1 });
    const store = await start({ pool, schema: freshSchema() });
    await store.save(id, {}, {});
    await store.load(id);
    await pool.query('deallocate all');
    await expect(store.load(id)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('pass prepare: false'),
      cause: expect.objectContaining({ code: '26000' }),
    });
    expect((await store.load(id)).exists).toBe(true);
  });

  it('stays open when a statement fails because of its values', async () => {
    const pool = freshPool({ max: 1 });
    const store = await start({ pool, schema: freshSchema() });
    const backend = async () => (await pool.query('select pg_backend_pid() as pid')).rows[0].pid;
    const before = await backend();
    await Promise.all([store.save(id, {}, {}), store.save(createSessionId(), {}, {})]);
    const other = createSessionId();
    await store.save(other, {}, {});
    await expect(store.update(id, (content) => content, { newId: other })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(await backend()).toBe(before);
  });
});

describe('close()', () => {
  it('ends its own pool, and leaves nothing behind on an existing one', async () => {
    const pool = freshPool();
    const schema = freshSchema();
    const listeners = pool.listenerCount('error');
    const store = await startSession({ pool, schema, cache: false });
    const client = await pool.connect();
    const ofClient = client.listenerCount('error');
    client.release();
    await Promise.all([store.save(id, {}, {}), store.load(id)]);
    await store.close();
    await store.close();
    expect(pool.ended).toBe(false);
    expect(pool.listenerCount('error')).toBe(listeners);
    const again = await pool.connect();
    expect(again.listenerCount('error')).toBe(ofClient);
    again.release();

    const name = `closing_${createSessionId().slice(0, 8)}`;
    const own = await startSession({
      connectionString: `${url}?application_name=${name}`,
      schema,
      cache: false,
    });
    const open = 'select count(*)::int as count from pg_stat_activity where application_name = $1';
    expect(await query(open, [name])).toEqual([{ count: 1 }]);
    await own.close();
    await expect.poll(() => query(open, [name])).toEqual([{ count: 0 }]);
  });
});
