import { createSessionId, type SessionStore } from '@store/core';
import { createRecordStore, type RecordStorage, tryAgain } from '@store/core/driver';
import { describe, expect, it } from 'vitest';
import {
  connect,
  failures,
  namedStorage,
  refuseNoMore,
  refuseRows,
  tableOf,
  waiting,
} from '../test/collisions.ts';
import { query } from '../test/fresh-schema.ts';
import { freshStorage } from '../test/fresh-storage.ts';
import { keyOf, now, plain, sessionRecord } from '../test/session-record.ts';

/**
 * PostgreSQL reports a failure before it releases the row locks. On another connection, deleteExpired() could find the rows still
 * locked and skip them.
 */
const oneConnection = { max: 1 };

describe("a deadlock with an application's transaction", () => {
  /**
   * Starts a store statement that locks rows a, m and z in that order, and a transaction that holds z and then locks a.
   * PostgreSQL rolls back the store's statement, because it is the first to check for deadlocks.
   */
  async function deadlock<T>(subject: string | null, call: (storage: RecordStorage) => T) {
    const { storage, application, schema, sent } = await namedStorage({
      options: '-c deadlock_timeout=10',
      max: 5,
    });
    for (const name of ['a', 'm', 'z']) await storage.insert(sessionRecord(name, { subject }), now);
    await storage.insert(sessionRecord('other', { subject: 'bob' }), now);
    sent.length = 0;
    const lengthen = `update ${tableOf(schema)} set expires_at = expires_at + 1 where key = $1`;
    const [gate, holder] = [await connect(), await connect(`holder ${application}`)];
    await gate.query('begin');
    await gate.query(lengthen, [keyOf('m')]);
    await holder.query(`set deadlock_timeout = '3s'`);
    await holder.query('begin');
    await holder.query(lengthen, [keyOf('z')]);
    const result = call(storage);
    await waiting(application);
    // The store may get there first again; then either of the two is rolled back.
    const crossing = holder.query(lengthen, [keyOf('a')]).catch(() => {});
    await waiting(`holder ${application}`);
    await gate.query('rollback');
    await crossing;
    await holder.query('commit');
    return { storage, sent, result: await result };
  }

  it('does not stop deleteBySubject(): every session of the subject ends, and no others do', async () => {
    const { result, storage, sent } = await deadlock('ann', (storage) =>
      createRecordStore(storage).destroyAll('ann'),
    );
    expect(result).toBe(3);
    expect(new Set(failures(sent))).toEqual(new Set(['40P01']));
    expect(await storage.scan?.(undefined, 10)).toEqual([sessionRecord('other', { subject: 'bob' })]);
  });

  it('does not harm a batch of saves: each is run alone', async () => {
    const over = (name: string) => sessionRecord(name, { version: 2, expiresAt: 1_000_000_090_000 });
    const names = ['z', 'm', 'a'];
    const { result, storage, sent } = await deadlock(null, (storage) =>
      Promise.all(names.map((name) => storage.save?.(over(name), 0, plain))),
    );
    expect(result).toEqual([true, true, true]);
    expect(sent.map(({ keys, failed }) => [keys, failed])).toEqual([
      [3, '40P01'],
      [1, undefined],
      [1, undefined],
      [1, undefined],
    ]);
    for (const name of names) expect(await storage.read(keyOf(name))).toMatchObject({ version: 2 });
  });
});

describe('a write that PostgreSQL rolled back', () => {
  it.each<[string, (storage: RecordStorage, name: string) => unknown]>([
    ['save', (storage, name) => storage.save?.(sessionRecord(name, { version: 2 }), 0, plain)],
    ['replace', (storage, name) => storage.replace(keyOf(name), 1, sessionRecord(name), now)],
    ['touch', (storage, name) => storage.touch(keyOf(name), 0, now)],
    ['deleteSession', (storage, name) => storage.deleteSession?.(keyOf(name))],
  ])('%s in a batch is `tryAgain`, and the others of the batch are written', async (_name, call) => {
    const { storage, schema, sent } = await freshStorage();
    const names = ['a', 'b', 'c'];
    for (const name of names) await storage.insert(sessionRecord(name), now);
    await refuseRows(schema, { when: `old.key = '${keyOf('b')}'`, events: 'update or delete' });
    sent.length = 0;
    const results = await Promise.all(names.map((name) => call(storage, name)));
    expect(results).toEqual([true, tryAgain, true]);
    expect(sent.map(({ keys }) => keys)).toEqual([3, 1, 1, 1]);
    expect(failures(sent)).toEqual(['40001', '40001']);
    expect(await storage.read(keyOf('b'))).toEqual(sessionRecord('b'));
  });

  it('makes every function that runs unbatched return `tryAgain`', async () => {
    const { storage, schema } = await freshStorage(oneConnection);
    await storage.insert(sessionRecord('a', { subject: 'ann', expiresAt: 5 }), now);
    await refuseRows(schema, { code: '40P01' });
    const mark = sessionRecord('a', { idleTimeout: 0 });
    const calls = [
      () => storage.insert(sessionRecord('b'), now),
      () => storage.replace(keyOf('a'), 1, sessionRecord('b'), now),
      () => storage.move?.(keyOf('a'), 1, sessionRecord('b'), mark, now),
      () => storage.delete(keyOf('a')),
      () => storage.deleteExpired(5, 10),
      () => storage.deleteBySubject?.('ann', {}),
    ];
    for (const call of calls) expect(await call(), String(call)).toBe(tryAgain);
    expect(await storage.scan?.(undefined, 10)).toEqual([
      sessionRecord('a', { subject: 'ann', expiresAt: 5 }),
    ]);
  });

  it('does not lose the count of what deleteExpired() had removed before', async () => {
    const { storage, schema, pool } = await freshStorage(oneConnection);
    await pool.query(
      `insert into ${tableOf(schema)} (key, version, gc_at, expires_at, created_at, payload)
       select n, 1, 1, 1, 0, '{}' from generate_series(1, 60) as n`,
    );
    await refuseRows(schema, { when: 'nth = 26', events: 'delete' });
    expect(await storage.deleteExpired(1000, 500)).toBe(25);
    expect(await storage.deleteExpired(1000, 500)).toBe(35);
  });

  it('leaves nothing behind when delete() was checking for a pending insert', async () => {
    const { storage, schema } = await freshStorage();
    await refuseRows(schema, { when: 'nth = 1', events: 'delete' });
    expect(await storage.delete(keyOf('a'))).toBe(tryAgain);
    expect(await storage.delete(keyOf('a'))).toBeUndefined();
    expect(await storage.scan?.(undefined, 10)).toEqual([]);
  });
});

describe.each(['40P01', '40001'])('endless collisions, SQLSTATE %s,', (code) => {
  const keep: Parameters<SessionStore['update']>[1] = (content) => content;
  const calls: [string, (store: SessionStore, id: string) => unknown][] = [
    ['save', (store, id) => store.save(id, { n: 2 }, {})],
    ['save of a new session', (store) => store.save(createSessionId(), {}, {})],
    ['create', (store) => store.create(createSessionId(), {}, {})],
    ['update', (store, id) => store.update(id, keep)],
    ['update with newId', (store, id) => store.update(id, keep, { newId: createSessionId() })],
    ['touch', (store, id) => store.touch(id)],
    ['destroy', (store, id) => store.destroy(id)],
    ['destroyAll', (store) => store.destroyAll('ann')],
    ['gc', (store) => store.gc()],
  ];

  it('cause a CONFLICT for every write, and nothing is written', async () => {
    const { storage, schema } = await freshStorage(oneConnection);
    let time = Date.now();
    const store = createRecordStore(storage, { now: () => time });
    const ids = calls.map(() => createSessionId());
    await store.save(createSessionId(), {}, {}, { idleTimeout: 1 });
    for (const id of ids) await store.save(id, { n: 1 }, {}, { subject: 'ann' });
    time += 1000;
    const before = await storage.scan?.(undefined, 100);
    await refuseRows(schema, { code });
    const refused = calls.map(async ([, call], n) => call(store, ids[n] as string));
    const expected = calls.map(() => ({ status: 'rejected', reason: { code: 'CONFLICT' } }));
    expect(await Promise.allSettled(refused)).toMatchObject(expected);
    expect(await storage.scan?.(undefined, 100)).toEqual(before);
    await refuseNoMore(schema);
    expect(await store.destroyAll('ann')).toBe(calls.length);
    expect(await store.gc()).toBe(1);
  });

  it('make a read fail with UNAVAILABLE after the number of attempts allowed for reads', async () => {
    const { storage, schema, sent } = await freshStorage();
    const store = createRecordStore(storage);
    const name = tableOf(schema);
    await query(`
      alter table ${name} rename to stored;
      create function ${name.replace('.sessions', '.refuse')}() returns boolean language plpgsql as $f$
        begin raise exception using errcode = '${code}'; end
      $f$;
      create view ${name} as select * from ${name.replace('.sessions', '.stored')}
        where ${name.replace('.sessions', '.refuse')}()`);
    await query(
      `insert into ${name.replace('.sessions', '.stored')} values ('a', 1, 1, 1, 1, null, 'ann', '{}')`,
    );
    for (const read of [() => store.list('ann'), () => store.count()]) {
      sent.length = 0;
      const hint = expect.stringContaining('kept');
      await expect(read()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: hint, cause: { code } });
      expect(sent).toHaveLength(11);
    }
  });
});
