import assert from 'node:assert/strict';
import type { ConformanceCase } from './conformance-case.ts';
import { fieldsOf, newKey, record } from './storage-record.ts';

const storage = { level: 'required', kinds: ['records'], needs: ['storage'] } as const;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** `RecordStorage`: the functions that remove records, and what must hold while others write. */
export const storageRaceCases: ConformanceCase[] = [
  {
    ...storage,
    id: 'storage.delete-race',
    title: 'delete() is atomic with replace() and touch(): whatever runs concurrently, the record is gone.',
    async run({ openStorage }) {
      const { read, insert, replace, touch, delete: remove } = await openStorage();
      for (const _ of numbers(20)) {
        const first = record();
        const moved = { ...first, key: newKey(), version: 3 };
        await insert(first, Date.now());
        const writes = [
          async () => replace(first.key, 1, { ...first, version: 2 }, Date.now()),
          async () => touch(first.key, first.createdAt, first.expiresAt + 1),
          async () => remove(first.key),
          async () => replace(first.key, 1, { ...first, version: 4 }, Date.now()),
        ];
        await Promise.all(writes.map((write) => write()));
        assert.equal(await read(first.key), undefined, 'the record came back');
        await insert(first, Date.now());
        const [won] = await Promise.all([
          (async () => replace(first.key, 1, moved, Date.now()))(),
          (async () => remove(first.key))(),
        ]);
        assert.equal(await read(first.key), undefined, 'the record came back');
        assert.deepEqual(fieldsOf(await read(moved.key)), won ? moved : undefined);
      }
    },
  },
  {
    ...storage,
    id: 'storage.touch-race',
    title: 'A touch() concurrent with replace() loses neither the new content nor its version.',
    async run({ openStorage }) {
      const { read, insert, replace, touch } = await openStorage();
      for (const round of numbers(20)) {
        const first = record();
        const next = {
          ...first,
          version: 2,
          payload: `{"data":{"n":${round}},"flash":{},"v":1}`,
          subject: 'ada',
        };
        await insert(first, Date.now());
        const [won] = await Promise.all([
          (async () => replace(first.key, 1, next, Date.now()))(),
          (async () => touch(first.key, first.createdAt, first.expiresAt))(),
        ]);
        assert.equal(won, true, 'a touch must not make a replacement fail');
        assert.deepEqual(fieldsOf(await read(first.key)), next);
      }
    },
  },
  {
    ...storage,
    id: 'storage.subjects',
    level: 'capability',
    claims: 'subjects',
    title:
      'listBySubject() returns every record of a subject, live or expired; deleteBySubject() can spare or select a key.',
    async run({ openStorage }) {
      const { read, insert, listBySubject, deleteBySubject } = await openStorage();
      assert.ok(
        listBySubject && deleteBySubject,
        'a storage backend that claims subjects must have both functions',
      );
      const all = numbers(4).map((n) =>
        record({ subject: 'ada', expiresAt: 1 + n * 1e12, idleTimeout: n || null }),
      );
      const [a, b, c, d] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0], (typeof all)[0]];
      const others = [record({ subject: 'Ada' }), record({ subject: null }), record({ subject: 'grace' })];
      for (const each of [...all, ...others]) await insert(each, Date.now());
      const listed = [...(await listBySubject('ada'))].sort((x, y) => x.expiresAt - y.expiresAt);
      assert.deepEqual(listed.map(fieldsOf), all);
      assert.deepEqual(await listBySubject('nobody'), []);
      assert.equal(await deleteBySubject('ada', { onlyKey: (others[2] ?? a).key }), 0);
      assert.equal(await deleteBySubject('ada', { onlyKey: a.key }), 1);
      assert.equal(await deleteBySubject('ada', { exceptKey: b.key }), 2);
      assert.deepEqual([await read(c.key), await read(d.key)], [undefined, undefined]);
      assert.equal(await deleteBySubject('ada', {}), 1);
      for (const each of others) assert.deepEqual(fieldsOf(await read(each.key)), each);
    },
  },
  {
    ...storage,
    id: 'storage.subjects-race',
    level: 'capability',
    claims: 'subjects',
    title: 'deleteBySubject() is atomic with replace(): removed records do not come back.',
    async run({ openStorage }) {
      const { insert, replace, listBySubject, deleteBySubject } = await openStorage();
      for (const _ of numbers(10)) {
        const all = numbers(8).map(() => record({ subject: 'ada' }));
        for (const each of all) await insert(each, Date.now());
        const writes = all.map(async (each) => replace(each.key, 1, { ...each, version: 2 }, Date.now()));
        const [removed] = await Promise.all([(async () => deleteBySubject?.('ada', {}))(), ...writes]);
        assert.equal(removed, 8);
        assert.deepEqual(await listBySubject?.('ada'), []);
      }
    },
  },
];
