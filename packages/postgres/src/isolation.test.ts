import { createSessionId, type SessionChange, type SessionStore } from '@store/core';
import { createRecordStore, sessionKey } from '@store/core/driver';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { connect, failures, isolatedAs, namedStorage, tableOf, waiting } from '../test/collisions.ts';
import { freshSchema, query } from '../test/fresh-schema.ts';
import { freshStorage } from '../test/fresh-storage.ts';

const increase: SessionChange = ({ data, flash }) => ({ data: { count: Number(data.count) + 1 }, flash });

/** A store whose connections have this isolation level, with one session. */
async function isolatedStore(isolation: string) {
  const { storage, ...rest } = await namedStorage(isolatedAs(isolation));
  const store = createRecordStore(storage);
  const id = createSessionId();
  await store.save(id, { count: 1 }, {}, { subject: 'ann' });
  rest.sent.length = 0;
  return { store, id, ...rest };
}

/** Changes no value, but creates a new version of the row. */
const rewrite = (schema: string) => `update ${tableOf(schema)} set gc_at = gc_at where key = $1`;

describe.each(['repeatable read', 'serializable'])('at isolation level %s', (isolation) => {
  const newId = createSessionId();
  it.each<
    [string, (store: SessionStore, id: string) => unknown, result: unknown, count?: number, id?: string]
  >([
    ['save', (store, id) => store.save(id, { count: 5 }, {}), undefined, 5],
    ['update', (store, id) => store.update(id, increase), true, 2],
    ['update with newId', (store, id) => store.update(id, increase, { newId }), true, 2, newId],
    ['touch', (store, id) => store.touch(id), true, 1],
    ['destroy', (store, id) => store.destroy(id), undefined],
    ['destroyAll', (store) => store.destroyAll('ann'), 1],
  ])('%s succeeds even if another transaction changes the row while it runs', async (...row) => {
    const [, call, result, count, idAfter] = row;
    const { store, id, application, schema, sent } = await isolatedStore(isolation);
    const holder = await connect();
    await holder.query('begin');
    await holder.query(rewrite(schema), [sessionKey(id)]);
    const writing = call(store, id);
    await waiting(application);
    await holder.query('commit');
    expect(await writing).toBe(result);
    expect(failures(sent)).toEqual(['40001']);
    const after = await store.load(idAfter ?? id);
    expect(after.exists ? after.data : undefined).toEqual(count === undefined ? undefined : { count });
    if (idAfter) expect(await store.load(id)).toMatchObject({ exists: false, moved: true });
  });

  it('create resolves to false when another transaction inserts the session while it runs', async () => {
    const { store, application, schema, sent } = await isolatedStore(isolation);
    const id = createSessionId();
    const holder = await connect();
    await holder.query('begin');
    const far = Date.now() + 3_600_000;
    await holder.query(
      `insert into ${tableOf(schema)} (key, version, gc_at, expires_at, created_at, payload)
       values ($1, 1, $2, $2, $3, '{"v":1,"data":{"count":7},"flash":{}}')`,
      [sessionKey(id), far, Date.now()],
    );
    const creating = store.create(id, { count: 1 }, {});
    await waiting(application);
    await holder.query('commit');
    expect(await creating).toBe(false);
    expect(failures(sent)).toEqual(['40001']);
    expect((await store.load(id)).data).toEqual({ count: 7 });
  });

  it('two stores that write the same sessions neither lose an update nor count one twice', async () => {
    const schema = freshSchema();
    const open = async () =>
      createRecordStore((await freshStorage({ schema, ...isolatedAs(isolation) })).storage);
    const first = await open();
    const stores = [first, await open()];
    const ids = [createSessionId(), createSessionId(), createSessionId()];
    await Promise.all(ids.map((id) => first.save(id, { count: 0 }, {}, { subject: 'ann' })));
    const work = async (store: SessionStore, id: string) => {
      for (let n = 0; n < 10; n += 1) {
        expect(await store.update(id, increase)).toBe(true);
        expect(await store.touch(id)).toBe(true);
        expect(await store.list('ann')).toHaveLength(ids.length);
      }
    };
    await Promise.all(stores.flatMap((store) => ids.map((id) => work(store, id))));
    const loaded = await Promise.all(ids.map((id) => first.load(id)));
    expect(loaded.map(({ data }) => data)).toEqual(ids.map(() => ({ count: 20 })));
    expect(await first.destroyAll('ann')).toBe(ids.length);
  });
});

it.each<[string, (store: SessionStore, id: string) => Promise<unknown>]>([
  ['load', async (store, id) => (await store.load(id)).data],
  [
    'a batch of loads',
    async (store, id) => (await Promise.all([store.load(id), store.load(createSessionId())]))[0]?.data,
  ],
  ['list', async (store) => (await store.list('ann'))[0]?.data],
])(
  '%s, undone as part of a dangerous structure of serializable transactions, is run again',
  async (...row) => {
    const [, read] = row;
    const { store, id, application, schema, sent } = await isolatedStore('serializable');
    const other = `${pg.escapeIdentifier(schema)}.other`;
    await query(`create table ${other} as select 1 as n`);
    // The pivot reads what the first writes, and writes what the store has started to read; both commit before the read ends.
    const [pivot, first] = [await connect(), await connect()];
    for (const client of [pivot, first]) await client.query('begin isolation level serializable');
    await pivot.query(`select from ${other}`);
    await first.query(`update ${other} set n = 2`);
    await first.query('commit');
    // PostgreSQL takes the snapshot of a statement before it waits for the table.
    await pivot.query(`lock table ${tableOf(schema)}`);
    const reading = read(store, id);
    await waiting(application);
    await pivot.query(rewrite(schema), [sessionKey(id)]);
    await pivot.query('commit');
    expect(await reading).toEqual({ count: 1 });
    expect(failures(sent)).toEqual(['40001']);
  },
);
