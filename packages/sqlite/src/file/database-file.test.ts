import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createSessionId, type SessionStore } from '@store/core';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryDatabase } from '../../test/temporary-database.ts';
import { type SqliteSessionOptions, startSession } from '../start-session.ts';

async function start(database: SqliteSessionOptions['database'], events: string[] = []) {
  const store = await startSession({ database, cache: false, onEvent: ({ type }) => events.push(type) });
  onTestFinished(() => store.close());
  return store;
}

function open(path: string) {
  const database = new Database(path);
  onTestFinished(() => void database.close());
  return database;
}

/** Moves the store's clock past all intervals between file checks. */
function later() {
  const now = performance.now() + 1000;
  vi.spyOn(performance, 'now').mockReturnValue(now);
  onTestFinished(() => void vi.restoreAllMocks());
}

const id = createSessionId();
const isUnavailable = {
  code: 'UNAVAILABLE',
  message: expect.stringMatching(
    /deleted or replaced|overwritten .* put a complete database .* at its path/s,
  ),
};

async function expectRefusals(store: SessionStore) {
  await expect(store.save(id, {}, {})).rejects.toMatchObject(isUnavailable);
  await expect(store.load(id)).rejects.toMatchObject(isUnavailable);
  await expect(store.update(id, (content) => content)).rejects.toMatchObject(isUnavailable);
  await expect(store.touch(id)).rejects.toMatchObject(isUnavailable);
  await expect(store.destroy(id)).rejects.toMatchObject(isUnavailable);
  await expect(store.gc()).rejects.toMatchObject(isUnavailable);
  await expect(store.count()).rejects.toMatchObject(isUnavailable);
}

/** What an operator might do to a database that is in use. */
const losses: [string, (path: string) => void][] = [
  ['deleted', (path) => rmSync(path)],
  ['deleted with its log', (path) => ['', '-wal', '-shm'].map((suffix) => rmSync(path + suffix))],
  ['renamed', (path) => renameSync(path, `${path}.old`)],
  [
    'replaced by another file',
    (path) => {
      new Database(`${path}.new`).exec('create table t (n)').close();
      renameSync(`${path}.new`, path);
    },
  ],
  ['truncated to zero bytes', (path) => truncateSync(path)],
  ['moved away with its directory', (path) => renameSync(dirname(path), `${dirname(path)}-old`)],
];

function inOwnDirectory() {
  const directory = join(dirname(temporaryDatabase()), 'data');
  mkdirSync(directory, { mode: 0o700 });
  return join(directory, 'sessions.db');
}

describe('a database file that is lost while it is open', () => {
  it.each(losses)('makes the very next write fail when it was %s', async (_, lose) => {
    const path = inOwnDirectory();
    const store = await start(path);
    await store.save(id, {}, {});
    lose(path);
    await expectRefusals(store);
  });

  it.each(losses)('makes loads fail soon after it was %s', async (_, lose) => {
    const path = inOwnDirectory();
    const store = await start(path);
    await store.save(id, {}, {});
    lose(path);
    later();
    await expect(store.load(id)).rejects.toMatchObject(isUnavailable);
    await expectRefusals(store);
  });

  it('makes every write of a group fail, without running any of them twice', async () => {
    const path = temporaryDatabase();
    const store = await start(path);
    await store.save(id, {}, {});
    rmSync(path);
    const saves = Array.from({ length: 50 }, () => store.save(createSessionId(), {}, {}));
    const outcomes = await Promise.allSettled(saves);
    expect(outcomes.map(({ status }) => status)).toEqual(saves.map(() => 'rejected'));
  });

  it('makes the next write fail even when writes never pause', async () => {
    const path = temporaryDatabase();
    const store = await start(path);
    for (let n = 0; n < 200; n++) await store.save(id, { n }, {});
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix);
    await expect(store.save(id, {}, {})).rejects.toMatchObject(isUnavailable);
  });

  it('is detected even when a Database is passed', async () => {
    const path = temporaryDatabase();
    const store = await start(open(path));
    await store.save(id, {}, {});
    rmSync(path);
    later();
    await expectRefusals(store);
  });

  it('is detected if it is overwritten while a passed Database has it open in WAL mode, and the connection stays open', async () => {
    const path = temporaryDatabase();
    const database = open(path);
    database.pragma('journal_mode = wal');
    const store = await start(database);
    await store.save(id, {}, {});
    truncateSync(path);
    await expect(store.save(id, {}, {})).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('restart'),
    });
    expect(database.open).toBe(true);
    await expectRefusals(store);
  });

  it('is released, so that another process can start with a new one', async () => {
    const path = temporaryDatabase();
    const fixture = join(import.meta.dirname, '../../test', 'hold-database.ts');
    const child = fork(fixture, [path]);
    onTestFinished(() => void child.kill('SIGKILL'));
    expect(await once(child, 'message')).toContain('started');
    rmSync(path);
    child.send('save');
    const [outcome] = await once(child, 'message');
    expect(outcome).toMatch(/^UNAVAILABLE .*deleted or replaced/);
    const store = await start(path);
    await store.save(id, { n: 1 }, {});
    child.send('close');
    await once(child, 'close');
    expect((await store.load(id)).data).toEqual({ n: 1 });
    expect(open(path).pragma('integrity_check', { simple: true })).toBe('ok');
  });

  it('does not affect a database in memory', async () => {
    for (const store of [await start(':memory:'), await start(open(':memory:'))]) {
      await store.save(id, { n: 1 }, {});
      expect((await store.load(id)).data).toEqual({ n: 1 });
    }
  });
});

describe('what SQLite itself does to a database file', () => {
  it.each<[string, (database: Database.Database, path: string) => void]>([
    ['checkpoints', (database) => database.pragma('wal_checkpoint(truncate)')],
    ['VACUUM', (database) => database.exec('vacuum')],
    ['VACUUM to fewer pages', (database) => database.exec('delete from notes; vacuum')],
    [
      'schema changes, with only the first one written back',
      (database, path) => {
        database.exec('create table one (n)');
        const reader = open(path);
        reader.exec('begin; select * from notes');
        database.exec('create table two (n)');
        database.exec('create table three (n)');
        database.pragma('wal_checkpoint(passive)');
        reader.exec('commit');
      },
    ],
    [
      'schema changes, with every one written back',
      (database) => {
        database.exec('create table one (n)');
        database.exec('create table two (n)');
        database.pragma('wal_checkpoint(restart)');
        database.exec('create table three (n)');
      },
    ],
    ['a change of user_version', (database) => database.pragma('user_version = 7')],
    [
      'auto-vacuum',
      (database) => {
        const vacuumsItself = database.pragma('auto_vacuum', { simple: true }) === 1;
        database.exec(vacuumsItself ? 'delete from notes' : 'pragma auto_vacuum = 1; vacuum');
        database.pragma('wal_checkpoint(passive)');
      },
    ],
  ])('is not mistaken for a loss: %s', async (_, work) => {
    const path = temporaryDatabase();
    const events: string[] = [];
    const store = await start(path, events);
    const database = open(path);
    database.exec('create table notes (text)');
    const insert = database.prepare('insert into notes values (?)');
    for (let n = 0; n < 300; n++) insert.run('x'.repeat(3000));
    await store.save(id, { n: 1 }, {});
    for (let n = 2; n < 6; n++) {
      if (n < 4) work(database, path);
      await store.save(id, { n }, {});
      database.pragma('wal_checkpoint(passive)');
      later();
      expect((await store.load(id)).data).toEqual({ n });
      database.exec('drop table if exists one; drop table if exists two; drop table if exists three');
    }
    await store.close();
    expect(events).toEqual([]);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});
