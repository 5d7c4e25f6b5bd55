import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createSessionId, type SessionStore, type StoreEvent } from '@store/core';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { startSession } from './start-session.ts';

const ids = Array.from({ length: 400 }, () => createSessionId());
const [first = ''] = ids;
const padding = 'x'.repeat(300);

async function start(path: string, now = Date.now) {
  const events: string[] = [];
  const onEvent = ({ type }: StoreEvent) => events.push(type);
  const store = await startSession({ database: path, cache: false, onEvent, now });
  onTestFinished(() => store.close());
  return { store, events };
}

/** Saves the first `count` sessions, all with the same number. */
async function fill(store: SessionStore, count: number, n: number) {
  await Promise.all(ids.slice(0, count).map((id) => store.save(id, { n, padding }, {})));
}

/** Ways to make a backup. */
const backups: Record<string, (database: Database.Database, to: string) => unknown> = {
  'made with VACUUM INTO': (database, to) => database.exec(`vacuum into '${to}'`),
  'made with backup()': (database, to) => database.backup(to),
};

/** As the sqlite3 shell does: opens the database, works, and closes it. */
async function withDatabase(path: string, work: (database: Database.Database) => unknown) {
  const database = new Database(path);
  await work(database);
  database.close();
}

/** Ways to put it in place while a store has the database open. */
const restores: Record<string, (path: string, backup: string) => void> = {
  'moved over the file': (path, backup) => renameSync(backup, path),
  'moved to the place of the deleted file': (path, backup) => {
    remove(path, '');
    renameSync(backup, path);
  },
  'moved there, log deleted': (path, backup) => {
    remove(path, '', '-wal', '-shm');
    renameSync(backup, path);
  },
  'copied over the file': (path, backup) => writeFileSync(path, readFileSync(backup)),
  'copied over the file, log deleted': (path, backup) => {
    remove(path, '-wal', '-shm');
    writeFileSync(path, readFileSync(backup));
  },
};

const ways = Object.keys(backups).flatMap((made) => Object.keys(restores).map((put) => [made, put] as const));

function remove(path: string, ...suffixes: string[]) {
  for (const suffix of suffixes) rmSync(path + suffix);
}

/** Lets every interval between two looks at the file pass. */
function later() {
  const now = performance.now() + 1000;
  vi.spyOn(performance, 'now').mockReturnValue(now);
  onTestFinished(() => void vi.restoreAllMocks());
}

/** Loads until it works: the checkpoint thread takes a moment to end, and what something writes has to come to rest. */
async function reopened(store: SessionStore) {
  await vi.waitFor(async () => {
    later();
    await store.load(first);
  });
}

/** What another process would find: its own connection, and its own copy of the file's state. */
function contentOf(path: string) {
  const script = `
    const database = new (require('better-sqlite3'))(process.argv[1]);
    const rows = database.prepare('select payload from sessions').pluck().all();
    const check = database.pragma('integrity_check', { simple: true });
    console.log(JSON.stringify({ check, numbers: rows.map((row) => JSON.parse(row).data.n) }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script, path], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as { check: string; numbers: number[] };
}

describe('a backup that is put in place while a store has the database open', () => {
  it.each(ways)('is used from then on, %s and %s', async (made, put) => {
    const path = temporaryDatabase();
    const { store, events } = await start(path);
    await fill(store, 200, 1);
    await withDatabase(path, (database) => backups[made]?.(database, `${path}.backup`));
    await fill(store, 400, 2);

    restores[put]?.(path, `${path}.backup`);
    await expect(store.save(first, { n: 3 }, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await reopened(store);
    expect(contentOf(path)).toEqual({ check: 'ok', numbers: Array(200).fill(1) });
    expect((await store.load(first)).data).toMatchObject({ n: 1 });
    expect(events).toEqual(['database-replaced']);
    await store.destroy(first);
    await fill(store, 400, 4);
    expect(contentOf(path)).toEqual({ check: 'ok', numbers: Array(400).fill(4) });
    await store.close();
    expect(contentOf(path)).toEqual({ check: 'ok', numbers: Array(400).fill(4) });
  });

  it.each(ways)(
    'is left intact by a store that closes without having noticed, %s and %s',
    async (made, put) => {
      const path = temporaryDatabase();
      const { store } = await start(path);
      await fill(store, 200, 1);
      await withDatabase(path, (database) => backups[made]?.(database, `${path}.backup`));
      await fill(store, 400, 2);
      restores[put]?.(path, `${path}.backup`);
      await store.close();
      expect(contentOf(path)).toEqual({ check: 'ok', numbers: Array(200).fill(1) });
    },
  );

  it('is noticed when it is an older copy of the same file', async () => {
    const path = temporaryDatabase();
    const before = await start(path);
    await fill(before.store, 200, 1);
    await before.store.close();
    copyFileSync(path, `${path}.backup`);
    const { store } = await start(path);
    await fill(store, 400, 2);
    await withDatabase(path, (database) => database.pragma('wal_checkpoint(truncate)'));
    await fill(store, 10, 3);
    copyFileSync(`${path}.backup`, path);
    await expect(store.save(first, { n: 4 }, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(contentOf(path)).toEqual({ check: 'ok', numbers: Array(200).fill(1) });
  });

  it('is not used before all of it is there', async () => {
    const path = temporaryDatabase();
    const { store, events } = await start(path);
    await fill(store, 400, 1);
    await withDatabase(path, (database) => database.exec(`vacuum into '${path}.backup'`));
    const backup = readFileSync(`${path}.backup`);
    const file = openSync(path, 'w');
    for (let at = 0; at < backup.length; at += 65_536) {
      writeSync(file, backup.subarray(at, at + 65_536));
      fsyncSync(file);
      later();
      await expect(store.load(first)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    closeSync(file);
    later();
    expect((await store.load(first)).data).toMatchObject({ n: 1 });
    expect(events).toEqual(['database-replaced']);
  });
});

describe('a database file that was taken away', () => {
  it('keeps every acknowledged write, and is used again when it is put back', async () => {
    const path = temporaryDatabase();
    const { store, events } = await start(path);
    await fill(store, 400, 1);
    renameSync(path, `${path}.old`);
    await expect(store.save(first, { n: 2 }, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    renameSync(`${path}.old`, path);
    for (const id of ids.slice(1)) expect((await store.load(id)).data).toMatchObject({ n: 1 });
    await store.save(first, { n: 3 }, {});
    expect(events).toEqual(['database-replaced']);
    expect(contentOf(path).check).toBe('ok');
  });

  it('keeps every acknowledged write elsewhere, without its log', async () => {
    const path = temporaryDatabase();
    const { store } = await start(path);
    await fill(store, 400, 1);
    const elsewhere = join(dirname(path), 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    renameSync(path, join(elsewhere, 'sessions.db'));
    await store.close();
    expect(contentOf(join(elsewhere, 'sessions.db'))).toEqual({ check: 'ok', numbers: Array(400).fill(1) });
  });

  it('makes way for the one that another process starts on', async () => {
    const path = temporaryDatabase();
    const { store, events } = await start(path);
    await fill(store, 200, 1);
    remove(path, '', '-wal', '-shm');
    await expect(store.save(first, { n: 2 }, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const next = await start(path);
    await next.store.save(first, { n: 3 }, {});
    later();
    expect((await store.load(first)).data).toEqual({ n: 3 });
    await store.save(first, { n: 4 }, {});
    expect((await next.store.load(first)).data).toEqual({ n: 4 });
    expect([events, next.events]).toEqual([['database-replaced'], []]);
  });

  it('is not replaced by a file that others can write, nor by one of another application', async () => {
    const path = temporaryDatabase();
    const { store } = await start(path);
    await store.save(first, { n: 1 }, {});
    remove(path, '', '-wal', '-shm');
    await withDatabase(path, (database) => database.exec('create table notes (text)'));
    later();
    await expect(store.load(first)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: { message: 'no such table: sessions' },
    });
    await withDatabase(path, (database) => {
      expect(database.pragma('journal_mode', { simple: true })).toBe('delete');
    });
  });
});

describe('a log that was deleted under an open database', () => {
  it.each([['-wal'], ['-wal', '-shm']])('costs no acknowledged write: %s %s', async (...suffixes) => {
    const path = temporaryDatabase();
    const { store } = await start(path);
    await fill(store, 400, 1);
    remove(path, ...suffixes);
    // Made in the deleted log, and so reported only once it is in the file.
    await store.save(first, { n: 2 }, {});
    const { check, numbers } = contentOf(path);
    expect([check, numbers.length, numbers.filter((n) => n === 1).length]).toEqual(['ok', 400, 399]);
    later();
    expect((await store.load(first)).data).toEqual({ n: 2 });
  });
});

describe('a symbolic link to the database', () => {
  it('may be changed while the store runs', async () => {
    const path = temporaryDatabase();
    const link = `${path}.link`;
    symlinkSync(path, link);
    const { store, events } = await start(link);
    await store.save(first, { n: 1 }, {});
    await (await start(`${path}.other`)).store.save(first, { n: 2 }, {});
    unlinkSync(link);
    symlinkSync(`${path}.other`, link);
    later();
    expect((await store.load(first)).data).toEqual({ n: 2 });
    await store.save(first, { n: 3 }, {});
    expect(contentOf(`${path}.other`).numbers).toEqual([3]);
    expect(contentOf(path).numbers).toEqual([1]);
    expect(events).toEqual(['database-replaced']);
  });
});
