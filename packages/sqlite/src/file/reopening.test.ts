import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  backups,
  contentOf,
  eventually,
  fill,
  first,
  later,
  reopened,
  restores,
  start,
  stopClock,
  ways,
  withDatabase,
} from '../../test/restoring.ts';
import { temporaryDatabase } from '../../test/temporary-database.ts';

describe('a backup that is put in place while a store has the database open', () => {
  it.each(ways)('is used from then on, %s and %s', async (made, put) => {
    const path = temporaryDatabase();
    const { store, events } = await start(path);
    await fill(store, 200, 1);
    await withDatabase(path, (database) => backups[made]?.(database, `${path}.backup`));
    stopClock();
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
    'is left intact by a store that closes without having noticed it, %s and %s',
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

  it.each(Object.keys(restores))('is noticed and used by every process and store, %s', async (put) => {
    const path = temporaryDatabase();
    const { store, events } = await start(path);
    const second = await start(path);
    const child = fork(join(import.meta.dirname, '../../test', 'hold-database.ts'), [path]);
    onTestFinished(() => void child.kill('SIGKILL'));
    expect(await once(child, 'message')).toEqual(['started', undefined]);
    const inChild = async () => {
      child.send('save');
      return (await once(child, 'message'))[0] as string;
    };
    expect(await inChild()).toBe('saved');
    await fill(store, 200, 1);
    await withDatabase(path, (database) => database.exec(`vacuum into '${path}.backup'`));
    stopClock();
    await fill(store, 400, 2);

    restores[put]?.(path, `${path}.backup`);
    await expect(store.save(first, { n: 3 }, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    // The other stores have not been called yet, and still hold the old file and its log. After the file has been copied over, all of them
    // must release it before any of them can use it again.
    const isMoved = put.startsWith('moved');
    if (isMoved) await eventually(() => fill(store, 400, 4));
    await eventually(async () => {
      const loads = [store, second.store].map((each) => each.load(first));
      const outcomes = await Promise.allSettled([...loads, inChild()]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
      expect(outcomes.at(-1)).toMatchObject({ value: 'saved' });
    });
    if (!isMoved) await fill(store, 400, 4);
    await fill(second.store, 100, 5);
    const { check, numbers } = contentOf(path);
    const count = (wanted: number) => numbers.filter((n) => n === wanted).length;
    expect([check, count(4), count(5)]).toEqual(['ok', 300, 100]);
    expect([...events, ...second.events]).toEqual(['database-replaced', 'database-replaced']);
  });

  it('is noticed when it is an older copy of the same file', async () => {
    const path = temporaryDatabase();
    const before = await start(path);
    await fill(before.store, 200, 1);
    await before.store.close();
    copyFileSync(path, `${path}.backup`);
    const { store } = await start(path);
    await fill(store, 400, 2);
    await withDatabase(path, (database) => database.pragma('wal_checkpoint(truncate)'));
    stopClock();
    await fill(store, 10, 3);
    copyFileSync(`${path}.backup`, path);
    await expect(store.save(first, { n: 4 }, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(contentOf(path)).toEqual({ check: 'ok', numbers: Array(200).fill(1) });
  });

  it('is not used before it is complete', async () => {
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
