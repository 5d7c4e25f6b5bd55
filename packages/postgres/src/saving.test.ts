import type { RecordStorage, SessionRecord } from '@store/core/driver';
import { startSession } from '@store/postgres';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, query } from '../test/fresh-schema.ts';
import { freshStorage } from '../test/fresh-storage.ts';
import { keyOf, now, plain, sessionRecord } from '../test/session-record.ts';

const createdAt = 1_000_000_030_000;
const over = (name: string, fields: Partial<SessionRecord> = {}) =>
  sessionRecord(name, {
    payload: '{"v":1,"data":{"n":2},"flash":{}}',
    version: 2,
    createdAt,
    expiresAt: 1_000_000_090_000,
    ...fields,
  });
const insertAll = (storage: RecordStorage, records: SessionRecord[]) =>
  Promise.all(records.map((record) => storage.insert(record, now)));

describe('save()', () => {
  it('refuses in a batch exactly what it refuses alone', async () => {
    const there = [
      sessionRecord('live'),
      sessionRecord('expired', { expiresAt: createdAt }),
      sessionRecord('old', { createdAt: 500 }),
      sessionRecord('ann', { subject: 'ann' }),
      sessionRecord('bob', { subject: 'bob' }),
      sessionRecord('nobody'),
      sessionRecord('own', { idleTimeout: 60 }),
      sessionRecord('flash', { payload: '{"v":1,"data":{},"flash":{"notice":"hi"}}' }),
      sessionRecord('after', { payload: '{"v":1,"data":{},"flash":{},"later":1}' }),
      sessionRecord('before', { payload: '{"v":1,"later":1,"data":{},"flash":{}}' }),
      sessionRecord('nothing', { payload: '' }),
      sessionRecord('wide', { payload: '{"v":1,"data":{"text":"Füße 🦶 %_"},"flash":{}}' }),
    ];
    const saves: [SessionRecord, createdAfter: number][] = [
      [over('live'), 1000],
      [over('expired'), 1000],
      [over('old'), 500],
      [over('ann', { subject: 'ann' }), 1000],
      [over('bob', { subject: 'ann' }), 1000],
      [over('nobody', { subject: 'ann' }), 1000],
      [over('own'), 1000],
      [over('flash'), 1000],
      [over('after'), 1000],
      [over('before'), 1000],
      [over('nothing'), 1000],
      [over('wide'), 1000],
      [over('new', { subject: 'ann', idleTimeout: 5 }), 1000],
    ];
    const written = ['live', 'ann', 'wide', 'new'].map(keyOf);
    const answers = saves.map(([{ key }]) => written.includes(key));
    const [one, many] = [await freshStorage(), await freshStorage()];
    await insertAll(one.storage, there);
    await insertAll(many.storage, there);

    const alone: unknown[] = [];
    for (const [record, createdAfter] of saves)
      alone.push(await one.storage.save?.(record, createdAfter, plain));
    expect(alone).toEqual(answers);
    many.sent.length = 0;
    const together = saves.map(([record, createdAfter]) => many.storage.save?.(record, createdAfter, plain));
    expect(await Promise.all(together)).toEqual(answers);
    // Only the save with a different limit also runs alone.
    expect(many.sent.map(({ keys }) => keys)).toEqual([saves.length, 1]);
    const before = new Map(there.map((record) => [record.key, record]));
    for (const [{ key, payload }] of saves) {
      const found = await one.storage.read(key);
      if (written.includes(key)) expect(found).toMatchObject({ version: 2, payload });
      else expect(found).toEqual(before.get(key));
      expect(await many.storage.read(key)).toEqual(found);
    }
  });

  it("writes a session that was refused only because of another save's limit", async () => {
    const { storage, sent } = await freshStorage();
    await insertAll(storage, [
      sessionRecord('a', { createdAt: 1000 }),
      sessionRecord('b', { createdAt: 3000 }),
    ]);
    sent.length = 0;
    const saves = [storage.save?.(over('a'), 500, plain), storage.save?.(over('b'), 2000, plain)];
    expect(await Promise.all(saves)).toEqual([true, true]);
    expect(sent.map(({ keys }) => keys)).toEqual([2, 1]);
  });

  it('leaves a row due for garbage collection no later than its expiry', async () => {
    const { storage } = await freshStorage();
    await storage.insert(sessionRecord('a'), now);
    await storage.save?.(over('a', { expiresAt: createdAt + 1000 }), 0, plain);
    expect(await storage.deleteExpired(createdAt + 1000, 10)).toBe(1);
  });

  it('writes no index', async () => {
    const { storage, pool, schema } = await freshStorage({ max: 1 });
    await storage.insert(sessionRecord('a', { subject: 'ann' }), now);
    for (let version = 2; version < 7; version += 1) await storage.save?.(over('a', { version }), 0, plain);
    await pool.query('select pg_stat_force_next_flush()');
    const statistics = `select n_tup_upd::int as updates, n_tup_hot_upd::int as within_page
      from pg_stat_user_tables where schemaname = $1 and relname = 'sessions'`;
    expect(await query(statistics, [schema])).toEqual([{ updates: 5, within_page: 5 }]);
  });

  it('runs one statement, both for a new session and for an existing one', async () => {
    const pool = freshPool({ max: 1 });
    const store = await startSession({ pool, schema: freshSchema(), cache: false });
    onTestFinished(() => store.close());
    let statements = 0;
    pool.on('acquire', () => {
      statements += 1;
    });
    const id = 'a'.repeat(40);
    await store.save(id, { n: 1 }, {}, { subject: 'ann' });
    await store.save(id, { n: 2 }, {});
    expect(statements).toBe(2);
    expect(await store.load(id)).toMatchObject({ data: { n: 2 }, subject: 'ann' });
  });
});

describe('delete()', () => {
  it('waits for a locked row, and removes the others without waiting', async () => {
    const { storage, schema, pool } = await freshStorage();
    const names = ['a', 'b', 'c'];
    await insertAll(
      storage,
      names.map((name) => sessionRecord(name)),
    );
    const holder = await pool.connect();
    await holder.query('begin');
    await holder.query(`select from "${schema.replaceAll('"', '""')}".sessions where key = $1 for update`, [
      keyOf('b'),
    ]);
    const done: string[] = [];
    const deletes = names.map(async (name) => {
      await storage.delete(keyOf(name));
      done.push(name);
    });
    await expect.poll(() => done.length).toBe(2);
    expect(done.toSorted()).toEqual(['a', 'c']);
    await holder.query('rollback');
    holder.release();
    await Promise.all(deletes);
    for (const name of names) expect(await storage.read(keyOf(name))).toBeUndefined();
  });
});
