import type { RecordStorage } from '@store/core/driver';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { freshSchema } from '../../test/fresh-schema.ts';
import { freshStorage } from '../../test/fresh-storage.ts';
import { keyOf, now, plain, sessionRecord } from '../../test/session-record.ts';
import { createBatcher, runAlone, withPromise } from './batcher.ts';

const saveAll = (storage: RecordStorage, names: string[]) =>
  Promise.all(names.map((name) => storage.save?.(sessionRecord(name), 0, plain)));
const names = (count: number) => Array.from({ length: count }, (_, n) => `s${n}`);

/** Runs that end when the test says so. */
function controlledRuns() {
  const runs: { items: number[]; succeed(): void; fail(error: Error): void }[] = [];
  const start = <T>(items: number[], result: T) =>
    new Promise<T>((resolve, reject) => runs.push({ items, succeed: () => resolve(result), fail: reject }));
  return {
    runs,
    items: () => runs.map(({ items }) => items),
    options: {
      runOne: withPromise((item: number) => start([item], `${item} alone`)),
      runMany: (items: number[]) =>
        start<(string | typeof runAlone)[]>(
          items,
          items.map((item) => (item === 13 ? runAlone : `${item} in a batch`)),
        ),
      isUndone: (error: unknown) => (error as Error).message === 'undone',
    },
  };
}
const nextTurn = () => new Promise(setImmediate);

describe('createBatcher', () => {
  it('runs one item immediately and alone', async () => {
    const { runs, items, options } = controlledRuns();
    const result = createBatcher(options)(1);
    await Promise.resolve();
    expect(items()).toEqual([[1]]);
    runs[0]?.succeed();
    expect(await result).toBe('1 alone');
  });

  it('runs items that are waiting at the same moment together, and never adds to a running batch', async () => {
    const { runs, items, options } = controlledRuns();
    const run = createBatcher(options);
    const first = [run(1), run(2)];
    await nextTurn();
    const next = [run(3), run(4)];
    await nextTurn();
    expect(items()).toEqual([[1, 2]]);
    runs[0]?.succeed();
    expect(await Promise.all(first)).toEqual(['1 in a batch', '2 in a batch']);
    await nextTurn();
    expect(items()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    runs[1]?.succeed();
    expect(await Promise.all(next)).toEqual(['3 in a batch', '4 in a batch']);
  });

  it('splits many items between two batches, counting running ones, and does not split a few', async () => {
    const { runs, items, options } = controlledRuns();
    const run = createBatcher({ ...options, concurrency: 2 });
    const sizes = () => items().map(({ length }) => length);
    const results = [run(0)];
    await nextTurn();
    results.push(...Array.from({ length: 31 }, (_, n) => run(100 + n)));
    await nextTurn();
    expect(sizes()).toEqual([1, 16]);
    runs[0]?.succeed();
    await nextTurn();
    expect(sizes()).toEqual([1, 16, 15]);
    results.push(...Array.from({ length: 5 }, (_, n) => run(200 + n)));
    runs[1]?.succeed();
    runs[2]?.succeed();
    await nextTurn();
    expect(sizes()).toEqual([1, 16, 15, 5]);
    runs[3]?.succeed();
    expect(new Set(await Promise.all(results)).size).toBe(37);
  });

  it('runs an item alone if a batch could not include it', async () => {
    const { runs, items, options } = controlledRuns();
    const run = createBatcher(options);
    const results = [run(1), run(13)];
    await nextTurn();
    runs[0]?.succeed();
    await nextTurn();
    expect(items()).toEqual([[1, 13], [13]]);
    runs[1]?.succeed();
    expect(await Promise.all(results)).toEqual(['1 in a batch', '13 alone']);
  });

  it('runs each item alone after a failure without effect, and rejects all of them after any other failure', async () => {
    const { runs, items, options } = controlledRuns();
    const run = createBatcher(options);
    const results = [run(1), run(2)];
    await nextTurn();
    runs[0]?.fail(new Error('undone'));
    await nextTurn();
    expect(items()).toEqual([[1, 2], [1], [2]]);
    runs[1]?.succeed();
    runs[2]?.fail(new Error('does not fit'));
    expect(await Promise.allSettled(results)).toMatchObject([
      { value: '1 alone' },
      { reason: { message: 'does not fit' } },
    ]);

    const lost = [run(3), run(4)];
    await nextTurn();
    runs[3]?.fail(new Error('connection lost'));
    expect(await Promise.allSettled(lost)).toMatchObject(lost.map(() => ({ status: 'rejected' })));
    expect(runs).toHaveLength(4);
  });

  it('runs items with the same key in turn, and no more than 100 items or a million characters together', async () => {
    const { runs, items, options } = controlledRuns();
    const run = createBatcher({ ...options, keyOf: String });
    for (const item of [1, 2, 1]) void run(item);
    await nextTurn();
    runs[0]?.succeed();
    await nextTurn();
    expect(items()).toEqual([[1, 2], [1]]);

    const many = controlledRuns();
    const runOfMany = createBatcher(many.options);
    for (let item = 0; item < 101; item += 1) void runOfMany(item);
    await nextTurn();
    expect(many.items()[0]).toHaveLength(100);

    const heavy = controlledRuns();
    const runHeavy = createBatcher({ ...heavy.options, sizeOf: (item) => item });
    for (const item of [1_000_001, 600_000, 400_000, 1]) void runHeavy(item);
    await nextTurn();
    expect(heavy.items()).toEqual([[1_000_001]]);
    heavy.runs[0]?.succeed();
    await nextTurn();
    expect(heavy.items()[1]).toEqual([600_000, 400_000]);
  });

  it('does not let items wait behind a batch that hangs', async () => {
    const { runs, items, options } = controlledRuns();
    const run = createBatcher(options);
    void run(1);
    await nextTurn();
    const behind = run(2);
    await expect.poll(items).toEqual([[1], [2]]);
    runs[1]?.succeed();
    expect(await behind).toBe('2 alone');
  });
});

describe('statements that carry many sessions', () => {
  it('are used for calls that wait at the same time, and plain ones otherwise', async () => {
    const { storage, sent } = await freshStorage();
    const all = <T>(work: (name: string) => T) => Promise.all(names(20).map(work));
    await saveAll(storage, names(20));
    await all((name) => storage.read(keyOf(name)));
    await all((name) => storage.touch(keyOf(name), 0, 5));
    await all((name) => storage.replace(keyOf(name), 1, sessionRecord(name, { version: 2 }), now));
    await all((name) => storage.deleteSession?.(keyOf(name)));
    expect(sent.map(({ keys }) => keys)).toEqual([20, 10, 10, 20, 20, 20]);
    await saveAll(storage, names(3));
    sent.length = 0;
    for (const name of names(3)) await storage.read(keyOf(name));
    expect(sent.map(({ text }) => text.endsWith('where key = $1'))).toEqual([true, true, true]);
  });

  it('are prepared under a name, unless that is turned off', async () => {
    for (const prepare of [true, false]) {
      const { storage, sent } = await freshStorage({ prepare });
      await saveAll(storage, names(2));
      await storage.read(keyOf('s0'));
      expect(sent.map(({ name }) => name !== undefined)).toEqual([prepare, prepare]);
    }
  });

  it('skip a row that another transaction has locked, and write the others', async () => {
    const { storage, schema, pool } = await freshStorage();
    await saveAll(storage, names(5));
    const holder = await pool.connect();
    await holder.query('begin');
    await holder.query(`select from ${pg.escapeIdentifier(schema)}.sessions where key = $1 for update`, [
      keyOf('s2'),
    ]);
    const done = new Set<string>();
    const writes = names(5).map(async (name) => {
      const won = await storage.replace(keyOf(name), 1, sessionRecord(name, { version: 2 }), now);
      done.add(`${name} ${String(won)}`);
    });
    await expect.poll(() => done.size).toBe(4);
    expect(done.has('s2 true')).toBe(false);
    await holder.query('rollback');
    holder.release();
    await Promise.all(writes);
    expect(done.has('s2 true')).toBe(true);
  });

  it('never deadlock, whatever the order in which two processes write the same sessions', async () => {
    const schema = freshSchema();
    const [one, other] = [await freshStorage({ schema }), await freshStorage({ schema })];
    await saveAll(one.storage, names(40));
    // A statement that waited for this row while holding others would deadlock with one that locks in reverse order.
    const holder = await one.pool.connect();
    await holder.query('begin');
    const table = `${pg.escapeIdentifier(schema)}.sessions`;
    await holder.query(`select from ${table} where key = $1 for update`, [keyOf('s20')]);
    let done = 0;
    const touch = async (storage: typeof one.storage, name: string) => {
      const touched = await storage.touch(keyOf(name), 0, Date.now());
      done += 1;
      return touched;
    };
    const touches = names(40).flatMap((name, n) => [
      touch(one.storage, name),
      touch(other.storage, `s${39 - n}`),
    ]);
    await expect.poll(() => done).toBe(78);
    await holder.query('rollback');
    holder.release();
    expect(await Promise.all(touches)).toEqual(touches.map(() => true));
    expect([...one.sent, ...other.sent].filter(({ failed }) => failed !== undefined)).toEqual([]);
  });

  it('fail only for the session that does not fit', async () => {
    const { storage } = await freshStorage();
    const subjects = ['ann', 'no\0zero', 'bob'];
    const saves = subjects.map((subject, n) => storage.save?.(sessionRecord(`s${n}`, { subject }), 0, plain));
    expect(await Promise.allSettled(saves)).toMatchObject([
      { value: true },
      { reason: { code: '22021' } },
      { value: true },
    ]);
  });
});
