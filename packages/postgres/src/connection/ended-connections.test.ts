import { createSessionId } from '@store/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, query, url } from '../../test/fresh-schema.ts';
import { startProxy } from '../../test/proxy.ts';
import { startSession } from '../start-session.ts';

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe.each([
  ['its own pool', true],
  ['an existing pool', false],
])('with %s, a connection that was ended while idle', (_pool, own) => {
  const start = async (connectionString: string) => {
    const store = await startSession({
      ...(own ? { connectionString } : { pool: freshPool({ connectionString }) }),
      schema: freshSchema(),
      cache: false,
    });
    onTestFinished(() => store.close());
    return store;
  };

  it('by idle_session_timeout makes no call fail', async () => {
    const store = await start(`${url}?options=-c%20idle_session_timeout%3D150`);
    for (let n = 0; n < 40; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 147 + (n % 8)));
      const id = createSessionId();
      if (n % 2) await store.save(id, {}, {});
      else await store.load(id);
    }
  });

  it('by the server, unnoticed by a busy process, makes no call fail', async () => {
    const application = `ended_${createSessionId().slice(0, 12)}`;
    const store = await start(`${url}?application_name=${application}`);
    const id = createSessionId();
    for (let n = 0; n < 5; n += 1) {
      await Promise.all(Array.from({ length: 6 }, () => Promise.all([store.load(id), store.gc()])));
      const kill = query(
        'select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = $1',
        [application],
      );
      // By the time this process has the result, it may or may not have noticed that the connections have ended.
      await kill;
      const calls = [store.save(id, { n }, {}), store.load(createSessionId()), store.list('ann')];
      await Promise.all(calls);
    }
  });

  it('by a proxy in between, unnoticed by a busy process, makes no call fail', async () => {
    const proxy = await startProxy(url);
    const store = await start(proxy.url);
    const id = createSessionId();
    await Promise.all([store.load(id), store.gc(), store.list('ann')]);
    proxy.cut();
    block(150);
    await store.save(id, { n: 1 }, {});
    expect((await store.load(id)).exists).toBe(true);
  });
});

it('a connection that ends while startup is creating the table does no harm', async () => {
  const pool = freshPool();
  const texts: string[] = [];
  pool.on('connect', (client) => {
    const send = client.query.bind(client) as (...values: unknown[]) => unknown;
    const { processID } = client as unknown as { processID: number };
    client.query = ((...values: [{ text: string }, unknown]) => {
      texts.push(values[0].text);
      if (texts.filter((text) => text === 'begin').length !== 1 || values[0].text !== 'begin')
        return send(...values);
      client.once('error', () => send(...values));
      return query('select pg_terminate_backend($1)', [processID]);
    }) as typeof client.query;
  });
  const store = await startSession({ pool, schema: freshSchema(), cache: false });
  expect(texts.filter((text) => text === 'begin')).toHaveLength(2);
  await store.save(createSessionId(), {}, {});
});
