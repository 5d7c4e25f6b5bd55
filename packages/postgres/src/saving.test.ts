import type { RecordStorage, SessionRecord } from '@store/core/driver';
import { startSession } from '@store/postgres';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, query } from '../test/fresh-schema.ts';
import { freshStorage } from '../test/fresh-storage.ts';
import { keyOf, now, sessionRecord } from '../test/session-record.ts';

const createdAt = 1_000_000_030_000;
const over = (name: string, fields: Partial<SessionRecord> = {}) =>
  sessionRecord(name, {
    payload: '{"data":{"n":2},"flash":{}}',
    version: 2,
    createdAt,
    expiresAt: 1_000_000_090_000,
    ...fields,
  });
const insertAll = (storage: RecordStorage, records: SessionRecord[]) =>
  Promise.all(records.map((record) => storage.insert(record, now)));

describe('save()', () => {
  it('refuses among others exactly what it refuses alone', async () => {
    const there = [
      sessionRecord('live'),
      sessionRecord('expired', { expiresAt: createdAt }),
      sessionRecord('old', { createdAt: 500 }),
      sessionRecord('ann', { subject: 'ann' }),
      sessionRecord('bob', { subject: 'bob' }),
      sessionRecord('nobody'),
      sessionRecord('own', { idleTimeout: 60 }),
    ];
    const saves: [SessionRecord, createdAfter: number][] = [
      [over('live'), 1000],
      [over('expired'), 1000],
      [over('old'), 500],
      [over('ann', { subject: 'ann' }), 1000],
      [over('bob', { subject: 'ann' }), 1000],
      [over('nobody', { subject: 'ann' }), 1000],
      [over('own'), 1000],
      [over('new', { subject: 'ann', idleTimeout: 5 }), 1000],
    ];
    const answers = [true, false, false, true, false, false, false, true];
    const [one, many] = [await freshStorage(), await freshStorage()];
    await insertAll(one.storage, there);
    await insertAll(many.storage, there);

    const alone: unknown[] = [];
    for (const [record, createdAfter] of saves) alone.push(await one.storage.save?.(record, createdAfter));
    expect(alone).toEqual(answers);
    many.sent.length = 0;
    const together = saves.map(([record, createdAfter]) => many.storage.save?.(record, createdAfter));
    expect(await Promise.all(together)).toEqual(answers);
    expect(many.sent[0]?.keys).toBe(saves.length);
    for (const [{ key }] of saves) expect(await many.storage.read(key)).toEqual(await one.storage.read(key));
  });

  it('takes what the limit of another save alone has refused', async () => {
    const { storage, sent } = await freshStorage();
    await insertAll(storage, [
      sessionRecord('a', { createdAt: 1000 }),
      sessionRecord('b', { createdAt: 3000 }),
    ]);
    sent.length = 0;
    const saves = [storage.save?.(over('a'), 500), storage.save?.(over('b'), 2000)];
    expect(await Promise.all(saves)).toEqual([true, true]);
    expect(sent.map(({ keys }) => keys)).toEqual([2, 1]);
  });

  it('leaves a row due for garbage collection no later than it ends', async () => {
    const { storage } = await freshStorage();
    await storage.insert(sessionRecord('a'), now);
    await storage.save?.(over('a', { expiresAt: createdAt + 1000 }), 0);
    expect(await storage.deleteExpired(createdAt + 1000, 10)).toBe(1);
  });

  it('writes no index', async () => {
    const { storage, pool, schema } = await freshStorage({ max: 1 });
    await storage.insert(sessionRecord('a', { subject: 'ann' }), now);
    for (let version = 2; version < 7; version += 1) await storage.save?.(over('a', { version }), 0);
    await pool.query('select pg_stat_force_next_flush()');
    const statistics = `select n_tup_upd::int as updates, n_tup_hot_upd::int as within_page
      from pg_stat_user_tables where schemaname = $1 and relname = 'sessions'`;
    expect(await query(statistics, [schema])).toEqual([{ updates: 5, within_page: 5 }]);
  });

  it('is one statement of the store, for a new session and over one', async () => {
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
  it('waits for a row that somebody holds, and removes the others meanwhile', async () => {
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
