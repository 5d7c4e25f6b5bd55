import assert from 'node:assert/strict';
import type { ConformanceCase } from './conformance-case.ts';
import { fieldsOf, newKey, record } from './storage-record.ts';

const storage = { level: 'required', kinds: ['records'], needs: ['storage'] } as const;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** `replace` of a `RecordStorage`: the only concurrency primitive. */
export const storageReplacingCases: ConformanceCase[] = [
  {
    ...storage,
    id: 'storage.replace',
    title:
      'replace() writes every field, but only if the version still matches; otherwise it returns false and writes nothing.',
    async run({ openStorage }) {
      const { read, insert, replace } = await openStorage();
      const first = record();
      const { key } = first;
      const next = record({
        key,
        payload: '{"data":{"n":1},"flash":{},"v":1}',
        subject: 'ada',
        version: 2,
        createdAt: first.createdAt + 1,
        expiresAt: first.expiresAt + 90_000,
        idleTimeout: 90,
      });
      await insert(first, Date.now());
      assert.equal(await replace(key, 7, next, Date.now()), false, 'another version must not win');
      assert.deepEqual(fieldsOf(await read(key)), first);
      assert.equal(await replace(key, 1, next, Date.now()), true);
      assert.deepEqual(fieldsOf(await read(key)), next);
      assert.equal(
        await replace(key, 1, first, Date.now()),
        false,
        'a version that no longer exists must not win',
      );
      assert.equal(await replace(key, 2, { ...first, version: 3 }, Date.now()), true);
      assert.deepEqual(fieldsOf(await read(key)), { ...first, version: 3 }, 'null must replace a value');
      const touched = { ...first, version: 3, expiresAt: first.expiresAt + 1 };
      assert.equal(await replace(key, 3, touched, Date.now()), true, 'a touch keeps the version');
      assert.deepEqual(fieldsOf(await read(key)), touched);
      const missing = record();
      assert.equal(await replace(missing.key, 1, { ...missing, version: 2 }, Date.now()), false);
      assert.equal(await read(missing.key), undefined, 'replace() must create nothing');
    },
  },
  {
    ...storage,
    id: 'storage.one-winner',
    title: 'If many replacements of one version race, exactly one wins, and its record is stored.',
    async run({ openStorage }) {
      const { read, insert, replace } = await openStorage();
      const { key } = record();
      await insert(record({ key }), Date.now());
      for (const round of numbers(5)) {
        const before = (await read(key))?.version ?? 0;
        const versions = numbers(20).map((n) => 1000 * (round + 1) + n);
        const won = await Promise.all(
          versions.map(async (version) => replace(key, before, record({ key, version }), Date.now())),
        );
        assert.equal(won.filter(Boolean).length, 1, 'exactly one replacement must win');
        assert.equal((await read(key))?.version, versions[won.indexOf(true)]);
      }
    },
  },
  {
    ...storage,
    id: 'storage.replace-key',
    title:
      'replace() with another key moves the record in one step; if that key is taken, it returns false and writes nothing.',
    async run({ openStorage }) {
      const { read, insert, replace } = await openStorage();
      const [mine, theirs] = [record(), record({ expiresAt: 1 })];
      await insert(mine, Date.now());
      await insert(theirs, Date.now());
      assert.equal(await replace(mine.key, 1, { ...mine, key: theirs.key, version: 2 }, Date.now()), false);
      assert.deepEqual(fieldsOf(await read(mine.key)), mine);
      assert.deepEqual(fieldsOf(await read(theirs.key)), theirs);
      const moved = { ...mine, key: newKey(), version: 2 };
      assert.equal(await replace(mine.key, 7, moved, Date.now()), false);
      assert.equal(await read(moved.key), undefined);
      assert.equal(await replace(mine.key, 1, moved, Date.now()), true);
      assert.equal(await read(mine.key), undefined, 'the old key must be gone');
      assert.deepEqual(fieldsOf(await read(moved.key)), moved);
    },
  },
];
