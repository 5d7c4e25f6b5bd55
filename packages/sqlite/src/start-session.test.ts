import { execFileSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createSessionId } from '@store/core';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { type SqliteSessionOptions, startSession } from './start-session.ts';

async function start(options: SqliteSessionOptions) {
  const store = await startSession({ cache: false, ...options });
  onTestFinished(() => store.close());
  return store;
}

function open(path: string, options?: Database.Options) {
  const database = new Database(path, options);
  onTestFinished(() => {
    database.close();
  });
  return database;
}

const id = createSessionId();

describe('startSession', () => {
  it('creates the file, its log and its index so that only the owner can read them', async () => {
    const database = temporaryDatabase();
    const store = await start({ database });
    await store.save(id, {}, {});
    for (const file of [database, `${database}-wal`, `${database}-shm`]) {
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
  });

  it('keeps the mode of an existing file that other users may read but not write', async () => {
    const database = temporaryDatabase();
    writeFileSync(database, '', { mode: 0o640 });
    await start({ database });
    expect(statSync(database).mode & 0o777).toBe(0o640);
  });

  it('opens a path in WAL mode and leaves the pragmas of a passed database unchanged', async () => {
    const path = temporaryDatabase();
    await start({ database: path });
    expect(open(path).pragma('journal_mode', { simple: true })).toBe('wal');

    const passed = open(temporaryDatabase(), { timeout: 1234 });
    const store = await start({ database: passed });
    await store.save(id, {}, {});
    await store.load(id);
    expect(passed.pragma('journal_mode', { simple: true })).toBe('delete');
    expect(passed.pragma('synchronous', { simple: true })).toBe(2);
    expect(passed.pragma('busy_timeout', { simple: true })).toBe(1234);
  });

  it('leaves a passed database open when the store closes', async () => {
    const passed = open(temporaryDatabase());
    const store = await startSession({ database: passed, cache: false });
    await store.close();
    expect(passed.open).toBe(true);
    expect(passed.prepare('select count(*) from sessions').pluck().get()).toBe(0);
  });

  it('fails with UNAVAILABLE and the cause once the application has closed its database', async () => {
    const passed = new Database(temporaryDatabase());
    const store = await start({ database: passed });
    passed.close();
    for (const refused of [store.load(id), store.save(id, {}, {}), store.gc()]) {
      await expect(refused).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        cause: expect.objectContaining({ message: expect.stringContaining('not open') }),
      });
    }
  });

  it('keeps sessions in memory while the store is open', async () => {
    const store = await start({ database: ':memory:' });
    await store.save(id, { n: 1 }, {});
    expect(await store.load(id)).toMatchObject({ data: { n: 1 } });
    expect(existsSync(':memory:')).toBe(false);
  });

  it('refuses a payload over maxBytes, and allows absoluteTimeout to be turned off', async () => {
    const store = await start({ database: ':memory:', maxBytes: 100, absoluteTimeout: false });
    expect(store.timeouts.absoluteTimeout).toBe(false);
    await expect(store.save(id, { text: 'x'.repeat(100) }, {})).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect((await store.load(id)).exists).toBe(false);
  });

  it('names the directory that does not exist', async () => {
    const database = `${temporaryDatabase()}/missing/sessions.db`;
    await expect(startSession({ database })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('/missing'),
    });
  });

  it('reports a file that is not a database, leaves it unchanged, and starts once it has been moved away', async () => {
    const path = temporaryDatabase();
    writeFileSync(path, 'These are the minutes of the meeting. '.repeat(200));
    await expect(startSession({ database: path })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('not a SQLite database'),
      cause: expect.objectContaining({ code: 'SQLITE_NOTADB' }),
    });
    expect(statSync(path).size).toBe(38 * 200);
    execFileSync('mv', [path, `${path}.old`]);
    expect(await (await start({ database: path })).load(id)).toMatchObject({ exists: false });
  });

  it('fails with UNAVAILABLE and the cause when the path is a directory', async () => {
    await expect(startSession({ database: dirname(temporaryDatabase()) })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: expect.anything(),
    });
  });

  it('loads from a read-only database, and rejects a write with UNAVAILABLE and the cause', async () => {
    const path = temporaryDatabase();
    const writer = await start({ database: path });
    await writer.save(id, { n: 1 }, {});
    const store = await start({ database: open(path, { readonly: true }) });
    expect(await store.load(id)).toMatchObject({ data: { n: 1 } });
    await expect(store.save(id, {}, {})).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: expect.objectContaining({ code: 'SQLITE_READONLY' }),
    });
  });
});
