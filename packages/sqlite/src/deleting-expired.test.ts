import { createSessionId } from '@store/core';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyOf, sessionRecord } from '../test/session-record.ts';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { temporaryStorage } from '../test/temporary-storage.ts';
import { borrowDatabase, openDatabase } from './connection/open-database.ts';
import { migrateToLatest } from './schema/migrate.ts';
import { createSqliteStorage } from './sqlite-storage.ts';
import { startSession } from './start-session.ts';

/** Counts turns of the event loop until stopped. */
function countTurns() {
  let turns = 0;
  let counting = true;
  const count = () => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  return () => {
    counting = false;
    return turns;
  };
}

describe('deleteExpired', () => {
  it('finds an expired record behind any number of records that were extended', async () => {
    const { database, storage } = temporaryStorage();
    for (let n = 0; n < 20; n += 1) {
      await storage.insert(sessionRecord(`s${n}`, { expiresAt: 10 + n }), Date.now());
      if (n < 19) await storage.touch(keyOf(`s${n}`), 1, 1000);
    }
    expect(await storage.deleteExpired(100, 3)).toBe(1);
    expect(database.prepare('select count(*) from sessions').pluck().get()).toBe(19);
    expect(database.prepare('select count(*) from sessions where gc_at <= 100').pluck().get()).toBe(0);
    expect(await storage.deleteExpired(1000, 50)).toBe(19);
  });

  it('yields to the event loop even after a batch in which rows were only postponed', async () => {
    const { storage } = temporaryStorage();
    for (let n = 0; n < 60; n += 1) {
      await storage.insert(sessionRecord(`s${n}`, { expiresAt: 10 }), Date.now());
      await storage.touch(keyOf(`s${n}`), 1, 1000);
    }
    const turns = countTurns();
    expect(await storage.deleteExpired(20, 5)).toBe(0);
    expect(turns()).toBeGreaterThanOrEqual(12);
  });

  it('finds a record whose expiry was moved earlier by a save', async () => {
    const { storage } = temporaryStorage();
    await storage.insert(sessionRecord('a', { expiresAt: 1_000_000_050_000 }), Date.now());
    const earlier = sessionRecord('a', { expiresAt: 1_000_000_010_000, version: 2 });
    if (!(await storage.save?.(earlier, 0, { start: '', end: '' })))
      await storage.replace(keyOf('a'), 1, earlier, Date.now());
    expect((await storage.read(keyOf('a')))?.expiresAt).toBe(1_000_000_010_000);
    expect(await storage.deleteExpired(1_000_000_010_000, 10)).toBe(1);
  });

  it('leaves the indexed time unchanged when a session is extended', async () => {
    const { database, storage } = temporaryStorage();
    await storage.insert(sessionRecord('a', { subject: 'ann' }), Date.now());
    const gcAt = () => database.prepare('select gc_at from sessions').pluck().get();
    const before = gcAt();
    const next = sessionRecord('a', { subject: 'ann', version: 2, expiresAt: 2_000_000_000_000 });
    await storage.replace(keyOf('a'), 1, next, Date.now());
    await storage.touch(keyOf('a'), 1, 3_000_000_000_000);
    expect(gcAt()).toBe(before);
  });

  it.each([
    [
      'writes the log back in small parts while it runs, if the store opened the database',
      (path: string) => openDatabase(path, () => {}),
      100,
    ],
    [
      'leaves the setting unchanged if the application opened the database',
      (path: string) => borrowDatabase(new Database(path)),
      1000,
    ],
  ])('%s', async (_, open, pages) => {
    const connection = open(temporaryDatabase());
    const { database } = connection;
    migrateToLatest(database, 'sessions');
    const storage = createSqliteStorage(connection, 'sessions', 5);
    const setting = () => Object.values(database.prepare('pragma wal_autocheckpoint').get() as object)[0];
    for (let n = 0; n < 60; n += 1)
      await storage.insert(sessionRecord(`s${n}`, { expiresAt: 10 }), Date.now());
    let done = false;
    const collecting = Promise.resolve(storage.deleteExpired(20, 500)).finally(() => {
      done = true;
    });
    const settings = [];
    while (!done) {
      await new Promise(setImmediate);
      settings.push(setting());
    }
    expect(settings).toContain(pages);
    expect(await collecting).toBe(60);
    expect(setting()).toBe(1000);
    await connection.close();
  });
});

describe('gc', () => {
  it('yields to the event loop at least once per 500 of 100,000 sessions', async () => {
    const path = temporaryDatabase();
    let now = 1_000_000_000_000;
    const store = await startSession({ database: path, cache: false, now: () => now });
    onTestFinished(() => store.close());

    const database = new Database(path);
    database
      .prepare(`with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 100000)
        insert into sessions (key, version, gc_at, expires_at, created_at, payload)
        select printf('%043d', n), n, @now + n % 10, @now + n % 10, @now, '{}' from numbers`)
      .run({ now });
    database.close();
    const id = createSessionId();
    await store.save(id, { kept: true }, {});

    now += 20;
    const turns = countTurns();
    expect(await store.gc()).toBe(100_000);
    expect(turns()).toBeGreaterThanOrEqual(200);
    expect(await store.load(id)).toMatchObject({ exists: true, data: { kept: true } });
  });

  it('lets loads run between batches of at most 500', async () => {
    const path = temporaryDatabase();
    let now = 1_000_000_000_000;
    const store = await startSession({ database: path, cache: false, now: () => now });
    onTestFinished(() => store.close());
    await Promise.all(Array.from({ length: 3000 }, () => store.save(createSessionId(), {}, {})));

    now += 7_200_000;
    const watcher = new Database(path, { readonly: true });
    onTestFinished(() => {
      watcher.close();
    });
    const left = watcher.prepare<[], number>('select count(*) from sessions').pluck();
    const seen = [left.get() ?? 0];
    let done = false;
    const collecting = store.gc().finally(() => {
      done = true;
    });
    while (!done) {
      await new Promise(setImmediate);
      seen.push(left.get() ?? 0);
    }
    expect(await collecting).toBe(3000);
    const steps = seen.slice(1).map((count, index) => (seen[index] ?? 0) - count);
    expect(Math.max(...steps)).toBeLessThanOrEqual(500);
    expect(seen.at(-1)).toBe(0);
  });
});
