import { describe, expect, it } from 'vitest';
import { keyOf, sessionRecord } from '../test/session-record.ts';
import { temporaryStorage } from '../test/temporary-storage.ts';
import { borrow } from './connection.ts';
import { createSqliteStorage } from './sqlite-storage.ts';

describe('createSqliteStorage', () => {
  it('gives a record back as it was inserted', async () => {
    const { storage } = temporaryStorage();
    const full = sessionRecord('a', {
      payload: JSON.stringify({ data: { text: 'Füße 🦶 \u0000 \ud800' }, flash: {} }),
      subject: "o'brien",
      version: Number.MAX_SAFE_INTEGER,
      idleTimeout: 2 ** 31 - 1,
    });
    expect(await storage.insert(full)).toBe(true);
    expect(await storage.insert(sessionRecord('b'))).toBe(true);
    expect(await storage.read(full.key)).toEqual(full);
    expect(await storage.read(keyOf('b'))).toEqual(sessionRecord('b'));
    expect(await storage.read(keyOf('c'))).toBeUndefined();
  });

  it('gives plain numbers back when the application made big integers the default', async () => {
    const { database } = temporaryStorage();
    database.defaultSafeIntegers(true);
    const storage = createSqliteStorage(borrow(database), 'sessions', 5);
    await storage.insert(sessionRecord('a'));
    expect(await storage.read(keyOf('a'))).toEqual(sessionRecord('a'));
  });

  it('refuses to insert over a record, expired or not', async () => {
    const { storage } = temporaryStorage();
    await storage.insert(sessionRecord('a', { expiresAt: 0 }));
    expect(await storage.insert(sessionRecord('a', { version: 2 }))).toBe(false);
    expect(await storage.read(keyOf('a'))).toMatchObject({ version: 1 });
  });

  it('replaces every field of a record, only while the version is there', async () => {
    const { storage } = temporaryStorage();
    await storage.insert(sessionRecord('a'));
    const next = sessionRecord('a', {
      payload: '{"data":{"n":1},"flash":{}}',
      subject: 'ann',
      version: 2,
      createdAt: 1_000_000_000_001,
      expiresAt: 1_000_000_090_000,
      idleTimeout: 90,
    });
    expect(await storage.replace(keyOf('a'), 7, next)).toBe(false);
    expect(await storage.read(keyOf('a'))).toEqual(sessionRecord('a'));
    expect(await storage.replace(keyOf('a'), 1, next)).toBe(true);
    expect(await storage.read(keyOf('a'))).toEqual(next);
    expect(await storage.replace(keyOf('a'), 1, next)).toBe(false);
    expect(await storage.replace(keyOf('missing'), 1, sessionRecord('missing'))).toBe(false);
  });

  it('lets exactly one of many replacements of the same version win', async () => {
    const { storage } = temporaryStorage();
    await storage.insert(sessionRecord('a'));
    const won = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        storage.replace(keyOf('a'), 1, sessionRecord('a', { version: n + 2 })),
      ),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await storage.read(keyOf('a'))).toMatchObject({ version: won.indexOf(true) + 2 });
  });

  it('moves a record in the same step, and not onto a key that is taken', async () => {
    const { storage } = temporaryStorage();
    await storage.insert(sessionRecord('a'));
    await storage.insert(sessionRecord('b'));
    expect(await storage.replace(keyOf('a'), 1, sessionRecord('b', { version: 2 }))).toBe(false);
    expect(await storage.read(keyOf('a'))).toMatchObject({ version: 1 });
    expect(await storage.read(keyOf('b'))).toMatchObject({ version: 1 });
    expect(await storage.replace(keyOf('a'), 1, sessionRecord('c', { version: 2 }))).toBe(true);
    expect(await storage.read(keyOf('a'))).toBeUndefined();
    expect(await storage.read(keyOf('c'))).toMatchObject({ version: 2 });
  });

  it('touches a live record only: the later expiry stays, and so does the version', async () => {
    const { storage } = temporaryStorage();
    const { expiresAt } = sessionRecord('a');
    await storage.insert(sessionRecord('a'));
    expect(await storage.touch(keyOf('a'), expiresAt - 1, expiresAt + 5)).toBe(true);
    expect(await storage.touch(keyOf('a'), expiresAt - 1, expiresAt + 3)).toBe(true);
    expect(await storage.read(keyOf('a'))).toEqual(sessionRecord('a', { expiresAt: expiresAt + 5 }));
    expect(await storage.touch(keyOf('a'), expiresAt + 5, expiresAt + 99)).toBe(false);
    expect(await storage.touch(keyOf('missing'), 0, 1)).toBe(false);
    expect(await storage.read(keyOf('a'))).toMatchObject({ expiresAt: expiresAt + 5 });
  });

  it('deletes a record once, and a missing one without complaint', async () => {
    const { storage } = temporaryStorage();
    await storage.insert(sessionRecord('a'));
    await storage.delete(keyOf('a'));
    await storage.delete(keyOf('a'));
    expect(await storage.read(keyOf('a'))).toBeUndefined();
    expect(await storage.replace(keyOf('a'), 1, sessionRecord('a', { version: 2 }))).toBe(false);
  });

  it('lists and deletes by subject, sparing or choosing one key', async () => {
    const { storage } = temporaryStorage();
    for (const name of ['a1', 'a2', 'a3', 'a4']) {
      await storage.insert(sessionRecord(name, { subject: 'ann' }));
    }
    await storage.insert(sessionRecord('b', { subject: 'bob' }));
    await storage.insert(sessionRecord('nobody'));

    const keys = async (subject: string) =>
      ((await storage.listBySubject?.(subject)) ?? []).map(({ key }) => key).sort();
    expect(await keys('ann')).toEqual(['a1', 'a2', 'a3', 'a4'].map(keyOf));
    expect(await storage.deleteBySubject?.('ann', { onlyKey: keyOf('b') })).toBe(0);
    expect(await storage.deleteBySubject?.('ann', { onlyKey: keyOf('a1') })).toBe(1);
    expect(await storage.deleteBySubject?.('ann', { exceptKey: keyOf('a2') })).toBe(2);
    expect(await keys('ann')).toEqual([keyOf('a2')]);
    expect(await storage.deleteBySubject?.('ann', {})).toBe(1);
    expect(await keys('bob')).toEqual([keyOf('b')]);
    expect(await storage.read(keyOf('nobody'))).toBeDefined();
  });

  it('answers a read without giving the event loop a turn', () => {
    const { storage } = temporaryStorage();
    expect(storage.read(keyOf('a'))).toBeUndefined();
  });

  it('reads and finds what is due through indexes, never by scanning the table', () => {
    const { database } = temporaryStorage();
    const plan = (sql: string) =>
      database
        .prepare<[], { detail: string }>(`explain query plan ${sql}`)
        .all()
        .map(({ detail }) => detail);
    expect(plan("select * from sessions where subject = 'ann'")).toEqual([
      'SEARCH sessions USING INDEX sessions_subject (subject=?)',
    ]);
    expect(plan('select key from sessions where gc_at <= 1 order by gc_at limit 5')).toEqual([
      'SEARCH sessions USING INDEX sessions_gc_at (gc_at<?)',
    ]);
  });
});
