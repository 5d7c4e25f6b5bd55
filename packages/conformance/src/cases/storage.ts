import assert from 'node:assert/strict';
import type { ConformanceCase } from './conformance-case.ts';
import { fieldsOf, newKey, record } from './storage-record.ts';

const storage = { level: 'required', kinds: ['records'], needs: ['storage'] } as const;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** `RecordStorage`, function by function. */
export const storageCases: ConformanceCase[] = [
  {
    ...storage,
    id: 'storage.read',
    title: 'read() returns a record as it was written, live or expired, and undefined if the key is free.',
    async run({ openStorage }) {
      const { read, insert } = await openStorage();
      const full = record({
        payload: JSON.stringify({
          v: 1,
          data: { text: '\u007f\u0085\u2028 Füße 🦶 \0 \ud800 \\ \'" %' },
          flash: {},
        }),
        subject: "o'brien 🦶",
        version: Number.MAX_SAFE_INTEGER,
        createdAt: 0,
        expiresAt: 8_640_000_000_000,
        idleTimeout: 2 ** 31 - 1,
      });
      const expired = record({ expiresAt: 1, version: 0 });
      assert.equal(await insert(full, Date.now()), true);
      assert.equal(await insert(expired, Date.now()), true);
      assert.deepEqual(fieldsOf(await read(full.key)), full);
      assert.deepEqual(fieldsOf(await read(expired.key)), expired);
      assert.equal(await read(newKey()), undefined);
    },
  },
  {
    ...storage,
    id: 'storage.keys',
    title:
      'Keys are compared exactly: keys that differ only in case are different, and any first character works.',
    async run({ openStorage }) {
      const { read, insert } = await openStorage();
      const stem = newKey().slice(0, 40).toLowerCase();
      const keys = ['aaa', 'aaA', 'AAA', '---', '___', '_--', '-__'].flatMap((end) => [
        stem + end,
        end + stem,
      ]);
      for (const [n, key] of keys.entries())
        assert.equal(await insert(record({ key, version: n }), Date.now()), true);
      for (const [n, key] of keys.entries()) assert.equal((await read(key))?.version, n);
    },
  },
  {
    ...storage,
    id: 'storage.insert',
    title:
      'insert() returns false and writes nothing if the key is taken, live or expired; of many in a race, one wins.',
    async run({ openStorage }) {
      const { read, insert } = await openStorage();
      const first = record({ expiresAt: 1 });
      assert.equal(await insert(first, Date.now()), true);
      assert.equal(await insert({ ...first, version: 2, payload: 'other' }, Date.now()), false);
      assert.deepEqual(fieldsOf(await read(first.key)), first);
      const key = newKey();
      const won = await Promise.all(
        numbers(20).map(async (n) => insert(record({ key, version: n }), Date.now())),
      );
      assert.equal(won.filter(Boolean).length, 1, 'exactly one insert must win');
      assert.equal((await read(key))?.version, won.indexOf(true));
    },
  },
  {
    ...storage,
    id: 'storage.touch',
    title:
      'touch() of a record that expires after now stores the later expiry, changes nothing else, and returns true.',
    async run({ openStorage }) {
      const { read, insert, touch } = await openStorage();
      const first = record({ subject: 'ada', idleTimeout: 60 });
      const { key, expiresAt } = first;
      await insert(first, Date.now());
      assert.equal(await touch(key, expiresAt - 1, expiresAt + 5), true);
      assert.equal(await touch(key, expiresAt - 1, expiresAt + 3), true);
      assert.deepEqual(fieldsOf(await read(key)), { ...first, expiresAt: expiresAt + 5 });
      assert.equal(
        await touch(key, expiresAt + 5, expiresAt + 99),
        false,
        'a record that expires now has ended',
      );
      assert.equal((await read(key))?.expiresAt, expiresAt + 5);
      const missing = newKey();
      assert.equal(await touch(missing, 0, 1), false);
      assert.equal(await read(missing), undefined, 'touch() must create nothing');
    },
  },
  {
    ...storage,
    id: 'storage.delete',
    title:
      'delete() removes the record; a missing record is not an error, and its old version cannot replace anything.',
    async run({ openStorage }) {
      const { read, insert, replace, touch, delete: remove } = await openStorage();
      const [first, other] = [record(), record()];
      await insert(first, Date.now());
      await insert(other, Date.now());
      await remove(first.key);
      await remove(first.key);
      assert.equal(await read(first.key), undefined);
      assert.equal(await replace(first.key, 1, { ...first, version: 2 }, Date.now()), false);
      assert.equal(await touch(first.key, 0, first.expiresAt), false);
      assert.equal(await read(first.key), undefined);
      assert.deepEqual(fieldsOf(await read(other.key)), other);
      assert.equal(await insert({ ...first, version: 3 }, Date.now()), true, 'the key must be free again');
    },
  },
];
