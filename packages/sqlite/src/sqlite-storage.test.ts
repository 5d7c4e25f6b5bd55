import { describe, expect, it } from 'vitest';
import { keyOf, sessionRecord } from '../test/session-record.ts';
import { temporaryStorage } from '../test/temporary-storage.ts';
import { borrowDatabase } from './connection/open-database.ts';
import { createSqliteStorage } from './sqlite-storage.ts';

describe('createSqliteStorage', () => {
  it('returns plain numbers even if the application made bigints the default', async () => {
    const { database } = temporaryStorage();
    database.defaultSafeIntegers(true);
    const storage = createSqliteStorage(borrowDatabase(database), 'sessions', 5);
    await storage.insert(sessionRecord('a'), Date.now());
    expect(await storage.read(keyOf('a'))).toEqual(sessionRecord('a'));
  });

  it('reads synchronously', () => {
    const { storage } = temporaryStorage();
    expect(storage.read(keyOf('a'))).toBeUndefined();
  });

  it('reads records and finds due rows via indexes, never by scanning the table', () => {
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
