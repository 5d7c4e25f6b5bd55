import type { RecordStorage } from '@store/core/driver';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { freshSchema } from '../test/fresh-schema.ts';
import { freshStorage } from '../test/fresh-storage.ts';
import { keyOf, sessionRecord } from '../test/session-record.ts';
import { alone, createGather } from './gather.ts';

const saveAll = (storage: RecordStorage, names: string[]) =>
  Promise.all(names.map((name) => storage.save?.(sessionRecord(name), 0)));
const names = (count: number) => Array.from({ length: count }, (_, n) => `s${n}`);

/** Travel whose statements end when the test says so. */
function stations() {
  const journeys: { items: number[]; arrive(): void; fail(error: Error): void }[] = [];
  const leave = <T>(items: number[], answer: T) =>
    new Promise<T>((resolve, reject) =>
      journeys.push({ items, arrive: () => resolve(answer), fail: reject }),
    );
  return {
    journeys,
    items: () => journeys.map(({ items }) => items),
    travel: {
      alone: (item: number) => leave([item], `${item} alone`),
      together: (items: number[]) =>
        leave<(string | typeof alone)[]>(
          items,
          items.map((item) => (item === 13 ? alone : `${item} together`)),
        ),
      mayGoAlone: (error: unknown) => (error as Error).message === 'undone',
    },
  };
}
const settled = () => new Promise(setImmediate);

describe('createGather', () => {
  it('sends one item at once and by itself', async () => {
    const { journeys, items, travel } = stations();
    const answer = createGather(travel)(1);
    await Promise.resolve();
    expect(items()).toEqual([[1]]);
    journeys[0]?.arrive();
    expect(await answer).toBe('1 alone');
  });

  it('sends what waits at the same moment together, and never adds to what is under way', async () => {
    const { journeys, items, travel } = stations();
    const send = createGather(travel);
    const first = [send(1), send(2)];
    await settled();
    const next = [send(3), send(4)];
    await settled();
    expect(items()).toEqual([[1, 2]]);
    journeys[0]?.arrive();
    expect(await Promise.all(first)).toEqual(['1 together', '2 together']);
    await settled();
    expect(items()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    journeys[1]?.arrive();
    expect(await Promise.all(next)).toEqual(['3 together', '4 together']);
  });

  it('divides many between two lanes, whatever the other one carries, and few not at all', async () => {
    const { journeys, items, travel } = stations();
    const send = createGather({ ...travel, lanes: 2 });
    const sizes = () => items().map(({ length }) => length);
    const answers = [send(0)];
    await settled();
    answers.push(...Array.from({ length: 31 }, (_, n) => send(100 + n)));
    await settled();
    expect(sizes()).toEqual([1, 16]);
    journeys[0]?.arrive();
    await settled();
    expect(sizes()).toEqual([1, 16, 15]);
    answers.push(...Array.from({ length: 5 }, (_, n) => send(200 + n)));
    journeys[1]?.arrive();
    journeys[2]?.arrive();
    await settled();
    expect(sizes()).toEqual([1, 16, 15, 5]);
    journeys[3]?.arrive();
    expect(new Set(await Promise.all(answers)).size).toBe(37);
  });

  it('sends an item alone that could not go with the others', async () => {
    const { journeys, items, travel } = stations();
    const send = createGather(travel);
    const answers = [send(1), send(13)];
    await settled();
    journeys[0]?.arrive();
    await settled();
    expect(items()).toEqual([[1, 13], [13]]);
    journeys[1]?.arrive();
    expect(await Promise.all(answers)).toEqual(['1 together', '13 alone']);
  });

  it('tries each alone after a failure that left nothing, and gives up on all after any other', async () => {
    const { journeys, items, travel } = stations();
    const send = createGather(travel);
    const answers = [send(1), send(2)];
    await settled();
    journeys[0]?.fail(new Error('undone'));
    await settled();
    expect(items()).toEqual([[1, 2], [1], [2]]);
    journeys[1]?.arrive();
    journeys[2]?.fail(new Error('does not fit'));
    expect(await Promise.allSettled(answers)).toMatchObject([
      { value: '1 alone' },
      { reason: { message: 'does not fit' } },
    ]);

    const lost = [send(3), send(4)];
    await settled();
    journeys[3]?.fail(new Error('connection lost'));
    expect(await Promise.allSettled(lost)).toMatchObject(lost.map(() => ({ status: 'rejected' })));
    expect(journeys).toHaveLength(4);
  });

  it('sends items of one name one after the other, and no more than a hundred or a million characters at once', async () => {
    const { journeys, items, travel } = stations();
    const send = createGather({ ...travel, nameOf: String });
    for (const item of [1, 2, 1]) void send(item);
    await settled();
    journeys[0]?.arrive();
    await settled();
    expect(items()).toEqual([[1, 2], [1]]);

    const many = stations();
    const sendMany = createGather(many.travel);
    for (let item = 0; item < 101; item += 1) void sendMany(item);
    await settled();
    expect(many.items()[0]).toHaveLength(100);

    const heavy = stations();
    const sendHeavy = createGather({ ...heavy.travel, weightOf: (item) => item });
    for (const item of [1_000_001, 600_000, 400_000, 1]) void sendHeavy(item);
    await settled();
    expect(heavy.items()).toEqual([[1_000_001]]);
    heavy.journeys[0]?.arrive();
    await settled();
    expect(heavy.items()[1]).toEqual([600_000, 400_000]);
  });

  it('does not let items wait behind a statement that hangs', async () => {
    const { journeys, items, travel } = stations();
    const send = createGather(travel);
    void send(1);
    await settled();
    const behind = send(2);
    await expect.poll(items).toEqual([[1], [2]]);
    journeys[1]?.arrive();
    expect(await behind).toBe('2 alone');
  });
});

describe('statements that carry many sessions', () => {
  it('are used for what waits at the same moment, and a plain one otherwise', async () => {
    const { storage, sent } = await freshStorage();
    const all = <T>(work: (name: string) => T) => Promise.all(names(20).map(work));
    await saveAll(storage, names(20));
    await all((name) => storage.read(keyOf(name)));
    await all((name) => storage.touch(keyOf(name), 0, 5));
    await all((name) => storage.replace(keyOf(name), 1, sessionRecord(name, { version: 2 })));
    await all((name) => storage.delete(keyOf(name)));
    expect(sent.map(({ keys }) => keys)).toEqual([20, 10, 10, 20, 20, 20]);
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

  it('skip a row that somebody holds, and write the others meanwhile', async () => {
    const { storage, schema, pool } = await freshStorage();
    await saveAll(storage, names(5));
    const holder = await pool.connect();
    await holder.query('begin');
    await holder.query(`select from ${pg.escapeIdentifier(schema)}.sessions where key = $1 for update`, [
      keyOf('s2'),
    ]);
    const done = new Set<string>();
    const writes = names(5).map(async (name) => {
      const won = await storage.replace(keyOf(name), 1, sessionRecord(name, { version: 2 }));
      done.add(`${name} ${won}`);
    });
    await expect.poll(() => done.size).toBe(4);
    expect(done.has('s2 true')).toBe(false);
    await holder.query('rollback');
    holder.release();
    await Promise.all(writes);
    expect(done.has('s2 true')).toBe(true);
  });

  it('never meet in a deadlock, whichever way round two processes write the same sessions', async () => {
    const schema = freshSchema();
    const [one, other] = [await freshStorage({ schema }), await freshStorage({ schema })];
    await saveAll(one.storage, names(40));
    // Whoever waits for this row while holding others would deadlock with one who comes from the other end.
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

  it('fail for one that does not fit and not for the others', async () => {
    const { storage } = await freshStorage();
    const subjects = ['ann', 'no\0zero', 'bob'];
    const saves = subjects.map((subject, n) => storage.save?.(sessionRecord(`s${n}`, { subject }), 0));
    expect(await Promise.allSettled(saves)).toMatchObject([
      { value: true },
      { reason: { code: '22021' } },
      { value: true },
    ]);
  });
});
