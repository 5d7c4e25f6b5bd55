import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyOf, sessionRecord } from '../test/session-record.ts';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { temporaryStorage } from '../test/temporary-storage.ts';
import { borrowDatabase } from './connection/open-database.ts';
import { createWriteGroup } from './write-group.ts';

function open(path: string, options?: Database.Options) {
  const database = new Database(path, options);
  onTestFinished(() => {
    database.close();
  });
  return database;
}

function openNumbers() {
  const path = temporaryDatabase();
  const database = open(path, { timeout: 0 });
  database.pragma('journal_mode = wal');
  database.exec('create table numbers (n integer primary key check (n <> 13))');
  const insert = database.prepare('insert into numbers values (?)');
  const write = createWriteGroup(borrowDatabase(database), 5);
  const other = open(path);
  return {
    database,
    write: async (n: number) => write(() => insert.run(n).changes),
    /** The number of pages logged since the last call. The table has only one page, so each transaction logs exactly one. */
    framesWritten() {
      const [{ log }] = other.pragma('wal_checkpoint(passive)') as [{ log: number }];
      return log;
    },
    numbers: () => other.prepare('select n from numbers order by rowid').pluck().all(),
  };
}

const turn = () => new Promise(setImmediate);

describe('createWriteGroup', () => {
  it('runs a lone write immediately', async () => {
    const { write, numbers } = openNumbers();
    const written = write(1);
    expect(numbers()).toEqual([1]);
    expect(await written).toBe(1);
  });

  it('commits writes that arrive together in one transaction, except the very first', async () => {
    const { write, numbers, framesWritten } = openNumbers();
    framesWritten();
    const changes = await Promise.all(Array.from({ length: 40 }, (_, n) => write(n + 20)));
    expect(changes).toEqual(Array.from({ length: 40 }, () => 1));
    expect(numbers()).toHaveLength(40);
    expect(framesWritten()).toBe(2);
  });

  it('groups the writes of separate callbacks once a turn has had more than one', async () => {
    const { write, framesWritten } = openNumbers();
    const callbacks = (first: number) =>
      Promise.all(Array.from({ length: 6 }, (_, n) => turn().then(() => write(first + n))));
    framesWritten();
    await callbacks(20);
    expect(framesWritten()).toBe(6);
    await callbacks(30);
    expect(framesWritten()).toBe(1);
  });

  it('puts no more than 100 writes into one transaction', async () => {
    const { write, framesWritten } = openNumbers();
    await Promise.all([write(1), write(2), write(3)]);
    framesWritten();
    await Promise.all(Array.from({ length: 201 }, (_, n) => write(n + 20)));
    expect(framesWritten()).toBe(3);
  });

  it('goes back to running writes immediately after a turn that had only one', async () => {
    const { write, numbers } = openNumbers();
    await Promise.all([1, 2, 3].map(write));
    await turn();
    await write(4);
    await turn();
    void write(5);
    expect(numbers()).toContain(5);
  });

  it('yields to the event loop during a long run of writes that are awaited one after another', async () => {
    const { write } = openNumbers();
    let turns = 0;
    let done = false;
    const count = () => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    for (let n = 100; n < 200; n += 1) await write(n);
    done = true;
    expect(turns).toBeGreaterThanOrEqual(10);
  });

  it('rejects only the write that failed, and keeps the order of the others', async () => {
    const { write, numbers, database } = openNumbers();
    const results = await Promise.allSettled([11, 12, 13, 14, 11, 15].map(write));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(numbers()).toEqual([11, 12, 14, 15]);
    expect(database.inTransaction).toBe(false);
    expect(await write(16)).toBe(1);
  });

  it('returns the result of its own statement to each caller', async () => {
    const { storage } = temporaryStorage();
    const outcomes = await Promise.all([
      storage.insert(sessionRecord('a'), Date.now()),
      storage.insert(sessionRecord('a'), Date.now()),
      storage.replace(keyOf('a'), 1, sessionRecord('a', { version: 2 }), Date.now()),
      storage.replace(keyOf('a'), 1, sessionRecord('a', { version: 3 }), Date.now()),
      storage.touch(keyOf('a'), 1, 2),
      storage.delete(keyOf('a')),
      storage.touch(keyOf('a'), 1, 2),
      storage.insert(sessionRecord('a', { version: 4 }), Date.now()),
    ]);
    expect(outcomes).toEqual([true, false, true, false, true, undefined, false, true]);
  });

  it("waits for the application's transaction on the same connection, and does not join it", async () => {
    const { database, write, numbers } = openNumbers();
    database.exec('begin; insert into numbers values (1)');
    const early = [write(2), write(3)];
    await turn();
    await turn();
    database.exec('rollback');
    await Promise.all(early);
    expect(numbers()).toEqual([2, 3]);
  });

  it('waits while the application iterates over rows of the same connection', async () => {
    const { database, write, numbers } = openNumbers();
    await Promise.all([write(1), write(2)]);
    let late: Promise<number> | undefined;
    for (const _ of database.prepare('select n from numbers').iterate()) {
      late ??= write(3);
      await turn();
      expect(numbers()).toEqual([1, 2]);
    }
    expect(await late).toBe(1);
  });
});
