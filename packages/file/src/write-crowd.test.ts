import { describe, expect, it } from 'vitest';
import { filesIn, openStorage, someRecord, temporaryDirectory } from '../test/session-directory.ts';
import { createWriteCrowd } from './write-crowd.ts';

/** Too long to be written in place. */
const long = 'x'.repeat(5000);

describe('writes that come together', () => {
  it('are alone only when none began before in this turn and none is under way', async () => {
    const crowd = createWriteCrowd();
    expect([crowd.isAlone(), crowd.isAlone()]).toEqual([true, false]);
    await new Promise(setImmediate);
    let end = () => {};
    const joined = crowd.join(new Promise((resolve) => (end = resolve)));
    expect(crowd.isAlone()).toBe(false);
    end();
    await joined;
    expect(crowd.isAlone()).toBe(true);
  });

  it('let one of many replace a version, and leave no lock and no temporary file', async () => {
    const directory = temporaryDirectory();
    const { storage } = openStorage(directory);
    const record = someRecord({ subject: 'ann' });
    await storage.insert(record, Date.now());
    for (let round = 0; round < 50; round++) {
      const { version } = storage.read(record.key) ?? record;
      const subject = `user ${round}`;
      const next = Array.from({ length: 8 }, () => someRecord({ key: record.key, subject, payload: long }));
      const others = Array.from({ length: 8 }, () => someRecord({ payload: long }));
      for (const other of others) await storage.insert(other, Date.now());
      const [won] = await Promise.all([
        Promise.all(next.map((one) => storage.replace(record.key, version, one, Date.now()))),
        ...others.map((other) =>
          storage.replace(other.key, other.version, { ...other, version: 1 }, Date.now()),
        ),
        ...others.map((other) => storage.touch(other.key, 1, 9_000_000)),
      ]);
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(storage.read(record.key)?.version).toBe(next[won.indexOf(true)]?.version);
      expect(await storage.deleteBySubject('ann', {})).toBe(0);
      await Promise.all(others.map((other) => storage.delete(other.key)));
    }
    expect(await storage.listBySubject('user 49')).toHaveLength(1);
    expect(filesIn(directory)).toHaveLength(2);
  });

  it('revive no session that is removed among them', async () => {
    const directory = temporaryDirectory();
    const { storage } = openStorage(directory);
    for (let round = 0; round < 50; round++) {
      const record = someRecord({ payload: long });
      await storage.insert(record, Date.now());
      const busy = someRecord({ payload: long });
      await storage.insert(busy, Date.now());
      await Promise.all([
        storage.replace(busy.key, busy.version, busy, Date.now()),
        storage.replace(record.key, record.version, { ...record, version: 1 }, Date.now()),
        storage.delete(record.key),
        storage.replace(record.key, 1, { ...record, version: 2 }, Date.now()),
      ]);
      expect(storage.read(record.key)).toBeUndefined();
      await storage.delete(busy.key);
    }
    expect(filesIn(directory)).toEqual([]);
  });
});
