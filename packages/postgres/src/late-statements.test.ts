import { createSessionId, type SessionStore } from '@store/core';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, query, url } from '../test/fresh-schema.ts';
import { freshStorage } from '../test/fresh-storage.ts';
import { keyOf, now, plain, sessionRecord } from '../test/session-record.ts';
import { type PostgresSessionOptions, startSession } from './start-session.ts';

const pids = 'select pid from pg_stat_activity where application_name = $1';

/** A store whose server processes can be stopped, as when a virtual machine pauses. */
async function freezable(options: PostgresSessionOptions & { own?: boolean }) {
  const { own = true, ...rest } = options;
  const application = `frozen_${createSessionId().slice(0, 12)}`;
  const connectionString = `${url}?application_name=${application}`;
  const store = await startSession({
    ...(own ? { connectionString } : { pool: freshPool({ connectionString }) }),
    schema: freshSchema(),
    statementTimeout: 1,
    cache: false,
    ...rest,
  });
  onTestFinished(() => store.close());
  const signal = async (name: 'SIGSTOP' | 'SIGCONT', stopped: number[] = []) => {
    const found = stopped.length > 0 ? stopped : (await query(pids, [application])).map(({ pid }) => pid);
    for (const pid of found) process.kill(pid, name);
    return found as number[];
  };
  return { store, application, signal };
}

const outOfTime = { code: 'UNAVAILABLE', message: expect.stringContaining('did not respond in time') };

describe.each([
  ['its own pool', {}],
  ['prepare: false', { prepare: false }],
  ['an existing pool', { own: false }],
])('with %s, a call that timed out', (_name, options) => {
  it.each<[string, (store: SessionStore, id: string) => Promise<unknown>]>([
    ['save of a new session', (store, id) => store.save(id, { n: 2 }, {})],
    ['save over a session', (store, id) => store.save(id, { n: 2 }, {})],
    ['update', (store, id) => store.update(id, ({ flash }) => ({ data: { n: 2 }, flash }))],
    [
      'save in a batch',
      (store, id) => Promise.all([id, createSessionId()].map((i) => store.save(i, {}, {}))),
    ],
  ])('%s is not carried out after an acknowledged destroy', async (kind, call) => {
    const { store, application, signal } = await freezable(options);
    const id = createSessionId();
    await store.save(createSessionId(), {}, {});
    if (kind !== 'save of a new session') await store.save(id, { n: 1 }, {});
    const stopped = await signal('SIGSTOP');
    await expect(call(store, id)).rejects.toMatchObject(outOfTime);
    await store.destroy(id);
    expect((await store.load(id)).exists).toBe(false);
    await signal('SIGCONT', stopped);
    // The stopped processes have read what was sent to them, and exited.
    const alive = async () =>
      (await query(pids, [application])).filter(({ pid }) => stopped.includes(pid)).length;
    await expect.poll(alive).toBe(0);
    expect((await store.load(id)).exists).toBe(false);
  });
});

it.each([
  ['delete', true],
  ['deleteSession', false],
] as const)('a %s of a missing key waits for an uncommitted insert of that key', async (name, removes) => {
  const { storage, schema } = await freshStorage();
  const inserting = new pg.Client({ connectionString: url });
  await inserting.connect();
  onTestFinished(() => inserting.end());
  await inserting.query(
    `begin; insert into ${pg.escapeIdentifier(schema)}.sessions (key, version, gc_at, expires_at, created_at, payload)
     values ('${keyOf('a')}', 1, 1, 1, 1, '{}')`,
  );
  let done = false;
  const deleting = Promise.resolve(storage[name]?.(keyOf('a'))).then((removed) => {
    done = true;
    return removed;
  });
  const waiting = `select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock' and query like '%' || $1 || '%'`;
  await expect.poll(() => query(waiting, [schema.slice(6, 20)])).toEqual([{ count: 1 }]);
  expect(done).toBe(false);
  await inserting.query('commit');
  // `false` makes core look again, and this time it finds the row to remove.
  if (!removes) {
    expect(await deleting).toBe(false);
    expect(await storage.deleteSession?.(keyOf('a'))).toBe(true);
  }
  await deleting;
  expect(await storage.scan?.(undefined, 10)).toEqual([]);
});

it("the store works just as well when the server's clock differs, or is set while the store runs", async () => {
  const schema = freshSchema();
  const { storage, pool, sent } = await freshStorage({ schema, max: 1 });
  await storage.insert(sessionRecord('a'), now);
  // From now on, this is the server's time for connections that use this schema.
  await pool.query(
    `create function ${pg.escapeIdentifier(schema)}.clock_timestamp() returns timestamptz language sql volatile
     as 'select pg_catalog.clock_timestamp() + interval ''1 hour'''`,
  );
  await pool.query(`set search_path to ${pg.escapeIdentifier(schema)}, pg_catalog, public`);
  await pool.query('discard plans');
  expect(await storage.insert(sessionRecord('b'), now)).toBe(true);
  expect(await storage.save?.(sessionRecord('c'), 0, plain)).toBe(true);
  await storage.delete(keyOf('b'));
  expect((await storage.scan?.(undefined, 10))?.map(({ key }) => key)).toEqual([keyOf('a'), keyOf('c')]);
  expect(sent.some(({ failed }) => failed === '22012')).toBe(true);
});
