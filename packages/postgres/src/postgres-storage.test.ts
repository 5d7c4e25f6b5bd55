import type { RecordStorage } from '@store/core/driver';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { query } from '../test/fresh-schema.ts';
import { freshStorage, repeating } from '../test/fresh-storage.ts';
import { keyOf, now, plain, sessionRecord } from '../test/session-record.ts';

const keys = (letter: string, count: number) => Array.from({ length: count }, (_, n) => `${letter}${n}`);
const insertAll = (storage: RecordStorage, names: string[]) =>
  Promise.all(names.map((name) => storage.insert(sessionRecord(name), now)));

describe.each([{ prepare: true }, { prepare: false }])(
  'a statement that carries many records, prepared: $prepare',
  ({ prepare }) => {
    it('returns every record as it was written', async () => {
      const { storage } = await freshStorage({ prepare });
      const full = sessionRecord('a', {
        payload: JSON.stringify({ data: { text: 'Füße 🦶 \u0000 \ud800 {"\\,\'' }, flash: {} }),
        subject: 'o\'brien", {null}\n\\ ann',
        version: Number.MAX_SAFE_INTEGER,
        idleTimeout: 2 ** 31 - 1,
      });
      const many = keys('m', 3).map((name) => ({ ...full, key: keyOf(name) }));
      many.push(sessionRecord('null', { subject: 'null' }), sessionRecord('none'));
      expect(await Promise.all(many.map((record) => storage.save?.(record, 0, plain)))).toEqual(
        many.map(() => true),
      );
      expect(await Promise.all(many.map(({ key }) => storage.read(key)))).toEqual(many);
      expect(
        await Promise.all(many.map((next) => storage.replace(next.key, next.version, next, now))),
      ).toEqual(many.map(() => true));
      const asked = [...many.map(({ key }) => key), keyOf('missing')];
      expect(await Promise.all(asked.map(storage.read))).toEqual([...many, undefined]);
    });

    it('replaces every field of the records that still have the version', async () => {
      const { storage } = await freshStorage({ prepare });
      await insertAll(storage, ['a', 'b']);
      const next = (name: string) =>
        sessionRecord(name, {
          payload: '{"data":{"n":1},"flash":{}}',
          subject: 'ann',
          version: 2,
          createdAt: 1_000_000_000_001,
          expiresAt: 1_000_000_090_000,
          idleTimeout: 90,
        });
      const replacements = [
        storage.replace(keyOf('a'), 1, next('a'), now),
        storage.replace(keyOf('b'), 7, next('b'), now),
        storage.replace(keyOf('missing'), 1, next('missing'), now),
      ];
      expect(await Promise.all(replacements)).toEqual([true, false, false]);
      expect(await storage.read(keyOf('a'))).toEqual(next('a'));
      expect(await storage.read(keyOf('b'))).toEqual(sessionRecord('b'));
    });

    it('touches live records, keeps the later expiry, and leaves the version alone', async () => {
      const { storage } = await freshStorage({ prepare });
      await storage.insert(sessionRecord('a', { expiresAt: 2000 }), now);
      await storage.insert(sessionRecord('b', { expiresAt: 1000 }), now);
      await storage.insert(sessionRecord('c', { expiresAt: 5000 }), now);
      const touches = [
        storage.touch(keyOf('a'), 2000, 3000),
        storage.touch(keyOf('b'), 999, 3000),
        storage.touch(keyOf('b'), 999, 4000),
        storage.touch(keyOf('c'), 999, 4000),
        storage.touch(keyOf('missing'), 0, 3000),
      ];
      expect(await Promise.all(touches)).toEqual([false, true, true, true, false]);
      expect(await storage.read(keyOf('a'))).toEqual(sessionRecord('a', { expiresAt: 2000 }));
      expect(await storage.read(keyOf('b'))).toEqual(sessionRecord('b', { expiresAt: 4000 }));
      expect(await storage.read(keyOf('c'))).toEqual(sessionRecord('c', { expiresAt: 5000 }));
    });
  },
);

describe('createPostgresStorage', () => {
  it('returns plain numbers whatever parsers and casts the pool has', async () => {
    const { storage } = await freshStorage({
      types: { getTypeParser: () => () => 'parsed by the application' } as never,
    });
    await storage.insert(sessionRecord('a', { idleTimeout: 5 }), now);
    expect(await storage.read(keyOf('a'))).toEqual(sessionRecord('a', { idleTimeout: 5 }));
  });

  it('keeps its guarantees in a database whose default isolation level is serializable', async () => {
    const options = '-c default_transaction_isolation=serializable';
    const storage = repeating((await freshStorage({ options })).storage);
    await storage.insert(sessionRecord('a'), now);
    const one = (n: number) => storage.replace(keyOf('a'), 1, sessionRecord('a', { version: n + 2 }), now);
    const others = keys('o', 20).map((name) => storage.insert(sessionRecord(name, { subject: 'ann' }), now));
    const won = await Promise.all([one(0), one(1), one(2)]);
    expect(won.filter(Boolean)).toHaveLength(1);
    await Promise.all(others);
    expect(await storage.deleteBySubject?.('ann', {})).toBe(20);
  });

  it('writes no index for a save or a touch', async () => {
    const { storage, pool, schema } = await freshStorage({ max: 1 });
    await storage.insert(sessionRecord('a', { subject: 'ann' }), now);
    for (let n = 1; n <= 5; n += 1) {
      const next = { subject: 'ann', version: n + 1, expiresAt: 1_000_000_060_000 + n };
      await storage.replace(keyOf('a'), n, sessionRecord('a', next), now);
      await storage.touch(keyOf('a'), 0, 1_000_000_070_000 + n);
    }
    await pool.query('select pg_stat_force_next_flush()');
    const statistics = `select n_tup_upd::int as updates, n_tup_hot_upd::int as within_page
      from pg_stat_user_tables where schemaname = $1 and relname = 'sessions'`;
    expect(await query(statistics, [schema])).toEqual([{ updates: 10, within_page: 10 }]);
  });

  it('uses an index to find the sessions of a subject and the rows that are due, and never scans the table', async () => {
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
