import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { freshSchema, query } from '../../test/fresh-schema.ts';
import { freshStorage } from '../../test/fresh-storage.ts';
import { keyOf, now, sessionRecord } from '../../test/session-record.ts';

/** Inserts `count` rows that expire at `expiresAt`. */
const fill = (schema: string, prefix: string, count: number, expiresAt: number) =>
  query(
    `insert into ${pg.escapeIdentifier(schema)}.sessions (key, version, gc_at, expires_at, created_at, payload)
     select $1 || n, 1, $2, $2, 0, '{}' from generate_series(1, $3::int) as n`,
    [prefix, expiresAt, count],
  );
const count = async (schema: string) =>
  (await query(`select count(*)::int from ${pg.escapeIdentifier(schema)}.sessions`))[0]?.count;

describe('deleteExpired', () => {
  it('spares sessions that were touched or written again, however many are due with them', async () => {
    const { storage, schema } = await freshStorage();
    for (const name of ['touched', 'written', 'expired']) {
      await storage.insert(sessionRecord(name, { expiresAt: 1000 }), now);
    }
    await storage.touch(keyOf('touched'), 0, 5000);
    await storage.replace(
      keyOf('written'),
      1,
      sessionRecord('written', { expiresAt: 5000, version: 2 }),
      now,
    );
    // With a limit of one, the rows that are still alive are due first and must not hide the expired one.
    expect(await storage.deleteExpired(1000, 1)).toBe(1);
    expect(await storage.read(keyOf('expired'))).toBeUndefined();
    expect(await count(schema)).toBe(2);
    expect(await storage.deleteExpired(4999, 500)).toBe(0);
    expect(await storage.deleteExpired(5000, 500)).toBe(2);
  });

  it('keeps every statement short, however many sessions have expired', async () => {
    const { storage, schema, sent } = await freshStorage();
    await fill(schema, 'e', 60, 1000);
    expect(await storage.deleteExpired(1000, 500)).toBe(60);
    expect(sent.filter(({ text }) => text.includes('gc_at'))).toHaveLength(3);
    expect(await count(schema)).toBe(0);
  });

  it('finds a session whose expiry was brought forward', async () => {
    const { storage, schema } = await freshStorage();
    await storage.insert(sessionRecord('a', { expiresAt: 5000 }), now);
    await storage.insert(sessionRecord('b', { expiresAt: 5000 }), now);
    await Promise.all(
      ['a', 'b'].map((name) =>
        storage.replace(keyOf(name), 1, sessionRecord(name, { expiresAt: 1000, version: 2 }), now),
      ),
    );
    expect(await storage.deleteExpired(1000, 500)).toBe(2);
    expect(await count(schema)).toBe(0);
  });

  it('leaves locked rows for the next run instead of waiting for them', async () => {
    const { storage, schema, pool } = await freshStorage();
    await fill(schema, 'e', 10, 1000);
    const holder = await pool.connect();
    await holder.query('begin');
    await holder.query(
      `select from ${pg.escapeIdentifier(schema)}.sessions where key in ('e1', 'e2') for update`,
    );
    expect(await storage.deleteExpired(1000, 500)).toBe(8);
    await holder.query('rollback');
    holder.release();
    expect(await storage.deleteExpired(1000, 500)).toBe(2);
  });

  it('shares the work between two collectors, and removes every session once', async () => {
    const schema = freshSchema();
    const [one, other] = [await freshStorage({ schema }), await freshStorage({ schema })];
    await fill(schema, 'e', 5000, 1000);
    await fill(schema, 'alive', 100, 2000);
    const collect = async ({ storage }: typeof one) => {
      let removed = 0;
      for (let batch = 1; batch > 0; removed += batch) batch = Number(await storage.deleteExpired(1000, 100));
      return removed;
    };
    const removed = await Promise.all([collect(one), collect(other)]);
    expect(removed[0] + removed[1]).toBe(5000);
    expect(await count(schema)).toBe(100);
    expect([...one.sent, ...other.sent].filter(({ failed }) => failed !== undefined)).toEqual([]);
  });
});
