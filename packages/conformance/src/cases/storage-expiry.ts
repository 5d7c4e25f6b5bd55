import assert from 'node:assert/strict';
import type { ConformanceCase } from './conformance-case.ts';
import { record, soon } from './storage-record.ts';
import { underWay } from './under-way.ts';

const storage = { level: 'required', kinds: ['records'], needs: ['storage'] } as const;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** `deleteExpired` of a `RecordStorage`. */
export const storageExpiryCases: ConformanceCase[] = [
  {
    ...storage,
    id: 'storage.delete-expired',
    title:
      'deleteExpired() removes at most limit records that expire at or before now, and returns how many.',
    async run({ openStorage }) {
      const { read, insert, deleteExpired } = await openStorage();
      const keys: string[] = [];
      for (const n of numbers(7)) {
        const each = record({ expiresAt: soon + n });
        keys.push(each.key);
        await insert(each, Date.now());
      }
      let removed = 0;
      for (const _ of numbers(50)) {
        const count = await deleteExpired(soon + 4, 2);
        assert.ok(count <= 2, `deleteExpired() removed ${count} records with a limit of 2`);
        removed += count;
      }
      assert.equal(removed, 5);
      const left = await Promise.all(keys.map(async (key) => (await read(key)) !== undefined));
      assert.deepEqual(left, [false, false, false, false, false, true, true]);
    },
  },
  {
    ...storage,
    id: 'storage.delete-expired-moved-on',
    title: 'deleteExpired() uses the newest expiry, whether earlier or later than the first one.',
    async run({ openStorage }) {
      const { read, insert, replace, touch, deleteExpired } = await openStorage();
      const [shortened, touched, extended] = [record({ expiresAt: soon + 9000 }), record(), record()];
      for (const each of [shortened, touched, extended]) await insert(each, Date.now());
      await replace(shortened.key, 1, { ...shortened, version: 2, expiresAt: soon - 500 }, Date.now());
      await replace(extended.key, 1, { ...extended, version: 2, expiresAt: soon + 9000 }, Date.now());
      await touch(touched.key, soon - 1, soon + 9000);
      let removed = 0;
      for (const _ of numbers(20)) removed += await deleteExpired(soon, 10);
      assert.equal(removed, 1);
      assert.equal(await read(shortened.key), undefined);
      assert.equal((await read(touched.key))?.expiresAt, soon + 9000);
      assert.equal((await read(extended.key))?.expiresAt, soon + 9000);
    },
  },
  {
    ...storage,
    id: 'storage.delete-expired-race',
    title:
      'deleteExpired() checks at the moment of removal: a record whose touch or replacement returned true stays.',
    async run({ openStorage }) {
      const { read, insert, replace, touch, deleteExpired } = await openStorage();
      for (const round of numbers(10)) {
        const all = numbers(12).map(() => record());
        for (const each of all) await insert(each, Date.now());
        const write = () =>
          Promise.all(
            all.map(async (each, n) =>
              n % 2 === 0
                ? touch(each.key, soon - 1, soon + 5000)
                : replace(each.key, 1, { ...each, version: 2, expiresAt: soon + 5000 }, Date.now()),
            ),
          );
        const remove = async () => (await deleteExpired(soon, 5)) + (await deleteExpired(soon, 50));
        // The order of the calls must not matter.
        const removedFirst = round % 2 === 0 ? underWay(remove()) : undefined;
        const [answers, removed] = await Promise.all([write(), removedFirst ?? remove()]);
        const there = await Promise.all(all.map(async ({ key }) => (await read(key)) !== undefined));
        assert.deepEqual(there, answers);
        assert.equal(removed, there.filter((is) => !is).length, 'each removal must be counted once');
      }
    },
  },
];
