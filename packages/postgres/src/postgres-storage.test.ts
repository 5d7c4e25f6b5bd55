import type { RecordStorage } from '@store/core/driver';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { query } from '../test/fresh-schema.ts';
import { freshStorage } from '../test/fresh-storage.ts';
import { keyOf, sessionRecord } from '../test/session-record.ts';

const keys = (letter: string, count: number) => Array.from({ length: count }, (_, n) => `${letter}${n}`);
const insertAll = (storage: RecordStorage, names: string[]) =>
  Promise.all(names.map((name) => storage.insert(sessionRecord(name))));

describe.each([{ prepare: true }, { prepare: false }])('createPostgresStorage, $prepare', ({ prepare }) => {
  it('gives a record back as it was inserted', async () => {
    const { storage } = await freshStorage({ prepare });
    const full = sessionRecord('a', {
      payload: JSON.stringify({ data: { text: 'Füße 🦶 \u0000 \ud800 {"\\,\'' }, flash: {} }),
      subject: 'o\'brien", {null}\n\\ ann',
      version: Number.MAX_SAFE_INTEGER,
      idleTimeout: 2 ** 31 - 1,
    });
    expect(await storage.insert(full)).toBe(true);
    expect(await storage.read(full.key)).toEqual(full);
    // The same through the statements that carry many.
    const many = keys('m', 3).map((name) => ({ ...full, key: keyOf(name) }));
    many.push(sessionRecord('null', { subject: 'null' }), sessionRecord('none'));
    expect(await Promise.all(many.map(storage.insert))).toEqual(many.map(() => true));
    expect(await Promise.all(many.map(({ key }) => storage.read(key)))).toEqual(many);
    expect(await Promise.all(many.map((next) => storage.replace(next.key, next.version, next)))).toEqual(
      many.map(() => true),
    );
    expect(await Promise.all(many.map(({ key }) => storage.read(key)))).toEqual(many);
    expect(await storage.read(keyOf('missing'))).toBeUndefined();
  });

  it('refuses to insert over a record, expired or not, alone and among others', async () => {
    const { storage } = await freshStorage({ prepare });
    await storage.insert(sessionRecord('a', { expiresAt: 0 }));
    expect(await storage.insert(sessionRecord('a', { version: 2 }))).toBe(false);
    const records = ['a', 'b', 'b', 'c'].map((name) => sessionRecord(name, { version: 3 }));
    expect(await Promise.all(records.map(storage.insert))).toEqual([false, true, false, true]);
    expect(await storage.read(keyOf('a'))).toMatchObject({ version: 1 });
  });

  it('replaces every field of a record, only while the version is there', async () => {
    const { storage } = await freshStorage({ prepare });
    await insertAll(storage, ['a', 'b', 'c']);
    const next = (name: string) =>
      sessionRecord(name, {
        payload: '{"data":{"n":1},"flash":{}}',
        subject: 'ann',
        version: 2,
        createdAt: 1_000_000_000_001,
        expiresAt: 1_000_000_090_000,
        idleTimeout: 90,
      });
    expect(await storage.replace(keyOf('a'), 7, next('a'))).toBe(false);
    expect(await storage.read(keyOf('a'))).toEqual(sessionRecord('a'));
    expect(await storage.replace(keyOf('a'), 1, next('a'))).toBe(true);
    expect(await storage.read(keyOf('a'))).toEqual(next('a'));
    const replacements = [
      storage.replace(keyOf('a'), 1, next('a')),
      storage.replace(keyOf('b'), 1, next('b')),
      storage.replace(keyOf('c'), 7, next('c')),
      storage.replace(keyOf('missing'), 1, next('missing')),
    ];
    expect(await Promise.all(replacements)).toEqual([false, true, false, false]);
    expect(await storage.read(keyOf('b'))).toEqual(next('b'));
    expect(await storage.read(keyOf('c'))).toEqual(sessionRecord('c'));
  });

  it('lets exactly one of many replacements of the same version win', async () => {
    const { storage } = await freshStorage({ prepare });
    await insertAll(storage, ['a']);
    const won = await Promise.all(
      keys('', 50).map((_, n) => storage.replace(keyOf('a'), 1, sessionRecord('a', { version: n + 2 }))),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await storage.read(keyOf('a'))).toMatchObject({ version: won.indexOf(true) + 2 });
  });

  it('moves a record in the same step, and not onto a key that is taken', async () => {
    const { storage } = await freshStorage({ prepare });
    await insertAll(storage, ['a', 'b']);
    expect(await storage.replace(keyOf('a'), 1, sessionRecord('b', { version: 2 }))).toBe(false);
    expect(await storage.read(keyOf('a'))).toMatchObject({ version: 1 });
    expect(await storage.read(keyOf('b'))).toMatchObject({ version: 1 });
    expect(await storage.replace(keyOf('a'), 1, sessionRecord('c', { version: 2 }))).toBe(true);
    expect(await storage.read(keyOf('a'))).toBeUndefined();
    expect(await storage.read(keyOf('c'))).toMatchObject({ version: 2 });
  });

  it('touches what is alive, keeps the later end, and leaves the version as it is', async () => {
    const { storage } = await freshStorage({ prepare });
    await storage.insert(sessionRecord('a', { expiresAt: 1000 }));
    await storage.insert(sessionRecord('b', { expiresAt: 1000 }));
    expect(await storage.touch(keyOf('a'), 999, 2000)).toBe(true);
    expect(await storage.touch(keyOf('a'), 999, 1500)).toBe(true);
    expect(await storage.read(keyOf('a'))).toEqual(sessionRecord('a', { expiresAt: 2000 }));
    const touches = [
      storage.touch(keyOf('a'), 2000, 3000),
      storage.touch(keyOf('b'), 999, 3000),
      storage.touch(keyOf('b'), 999, 4000),
      storage.touch(keyOf('missing'), 0, 3000),
    ];
    expect(await Promise.all(touches)).toEqual([false, true, true, false]);
    expect(await storage.read(keyOf('b'))).toEqual(sessionRecord('b', { expiresAt: 4000 }));
  });

  it('deletes one record, and is content when there is none', async () => {
    const { storage } = await freshStorage({ prepare });
    await insertAll(storage, ['a', 'b']);
    await storage.delete(keyOf('a'));
    await storage.delete(keyOf('a'));
    expect(await storage.read(keyOf('a'))).toBeUndefined();
    expect(await storage.read(keyOf('b'))).toBeDefined();
  });

  it('lists and deletes by subject, all but one, or only one of that subject', async () => {
    const { storage } = await freshStorage({ prepare });
    for (const name of ['a1', 'a2', 'a3', 'a4']) {
      await storage.insert(sessionRecord(name, { subject: "ann' or true --" }));
    }
    await storage.insert(sessionRecord('b', { subject: 'bob' }));
    await storage.insert(sessionRecord('nobody'));
    const list = async (subject: string) =>
      ((await storage.listBySubject?.(subject)) ?? []).map(({ key }) => key).sort();
    const remove = (options: { exceptKey?: string; onlyKey?: string }) =>
      storage.deleteBySubject?.("ann' or true --", options);
    expect(await list("ann' or true --")).toEqual(['a1', 'a2', 'a3', 'a4'].map(keyOf));
    expect(await remove({ onlyKey: keyOf('b') })).toBe(0);
    expect(await remove({ onlyKey: keyOf('a1') })).toBe(1);
    expect(await remove({ exceptKey: keyOf('a2') })).toBe(2);
    expect(await list("ann' or true --")).toEqual([keyOf('a2')]);
    expect(await remove({})).toBe(1);
    expect(await list('bob')).toEqual([keyOf('b')]);
    expect(await storage.read(keyOf('nobody'))).toBeDefined();
  });
});

describe('createPostgresStorage', () => {
  it('gives plain numbers back whatever parsers and casts the pool has', async () => {
    const { storage } = await freshStorage({
      types: { getTypeParser: () => () => 'parsed by the application' } as never,
    });
    await storage.insert(sessionRecord('a', { idleTimeout: 5 }));
    expect(await storage.read(keyOf('a'))).toEqual(sessionRecord('a', { idleTimeout: 5 }));
  });

  it('keeps its promises in a database whose default is serializable', async () => {
    const { storage } = await freshStorage({ options: '-c default_transaction_isolation=serializable' });
    await storage.insert(sessionRecord('a'));
    const one = (n: number) => storage.replace(keyOf('a'), 1, sessionRecord('a', { version: n + 2 }));
    const others = keys('o', 20).map((name) => storage.insert(sessionRecord(name, { subject: 'ann' })));
    const won = await Promise.all([one(0), one(1), one(2)]);
    expect(won.filter(Boolean)).toHaveLength(1);
    await Promise.all(others);
    expect(await storage.deleteBySubject?.('ann', {})).toBe(20);
  });

  it('writes no index for a save or a touch', async () => {
    const { storage, pool, schema } = await freshStorage({ max: 1 });
    await storage.insert(sessionRecord('a', { subject: 'ann' }));
    for (let n = 1; n <= 5; n += 1) {
      const next = { subject: 'ann', version: n + 1, expiresAt: 1_000_000_060_000 + n };
      await storage.replace(keyOf('a'), n, sessionRecord('a', next));
      await storage.touch(keyOf('a'), 0, 1_000_000_070_000 + n);
    }
    await pool.query('select pg_stat_force_next_flush()');
    const statistics = `select n_tup_upd::int as updates, n_tup_hot_upd::int as within_page
      from pg_stat_user_tables where schemaname = $1 and relname = 'sessions'`;
    expect(await query(statistics, [schema])).toEqual([{ updates: 10, within_page: 10 }]);
  });

  it('finds sessions of a subject and what is due through indexes, never by scanning the table', async () => {
    const { pool, schema } = await freshStorage({ max: 1 });
    const table = `${pg.escapeIdentifier(schema)}.sessions`;
    await pool.query(
      `insert into ${table} select md5(n::text), 1, n, n, n, null, 'user' || n, 'x' from generate_series(1, 20000) as n`,
    );
    await pool.query(`analyze ${table}`);
    const plan = async (where: string) =>
      JSON.stringify((await pool.query(`explain select * from ${table} where ${where}`)).rows);
    expect(await plan("subject = 'user7'")).toMatch(/Index.* sessions_subject/);
    expect(await plan('gc_at <= 5 order by gc_at limit 5')).toMatch(/Index Scan using sessions_gc_at/);
    expect(await plan(`key = any ('{a,b,c}')`)).toMatch(/Index.* sessions_pkey/);
  });
});
