import assert from 'node:assert/strict';
import type { PlainPayload, SessionRecord } from '@store/core/driver';
import type { BoundStorage } from '../run/bound-storage.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { fieldsOf, markOf, newKey, record, soon } from './storage-record.ts';

const storage = { level: 'capability', kinds: ['records'], needs: ['storage'] } as const;
const claims = 'savesInOneStep';

type SavingStorage = BoundStorage & Required<Pick<BoundStorage, 'save'>>;

/** What core passes to `save`: the first and last characters of a payload without unknown fields. */
const plain: PlainPayload = { start: '{"data":', end: ',"v":1}' };

async function openSaving(openStorage: () => Promise<BoundStorage>): Promise<SavingStorage> {
  const opened = await openStorage();
  assert.ok(opened.save, 'a storage backend that claims savesInOneStep must have save()');
  return opened as SavingStorage;
}

/** An existing session, and one that is saved over it a moment later. */
function twoSaves(fields: Partial<SessionRecord> = {}): { there: SessionRecord; over: SessionRecord } {
  const there = record({ subject: 'ada', idleTimeout: 60, ...fields });
  const over = record({
    key: there.key,
    payload: '{"data":{"n":2},"flash":{"notice":"hi"},"v":1}',
    version: 2,
    createdAt: there.expiresAt - 1,
    expiresAt: soon + 90_000,
    idleTimeout: there.idleTimeout,
  });
  return { there, over };
}

/** The optional `save` of a `RecordStorage`. */
export const storageSavingCases: ConformanceCase[] = [
  {
    ...storage,
    id: 'storage.no-save',
    lacks: claims,
    title: 'A storage backend that does not claim savesInOneStep has no save().',
    async run({ openStorage }) {
      assert.equal((await openStorage()).save, undefined, 'claim savesInOneStep so that save() is tested');
    },
  },
  {
    ...storage,
    id: 'storage.save',
    claims,
    title: 'save() stores a record under a free key; over a continuing session it writes only the content.',
    async run({ openStorage }) {
      const { read, save } = await openSaving(openStorage);
      const { there, over } = twoSaves();
      assert.equal(await save(there, soon, plain), true, 'no condition applies to a free key');
      assert.deepEqual(fieldsOf(await read(there.key)), there);
      const expected = { ...there, payload: over.payload, version: 2, expiresAt: over.expiresAt };
      assert.equal(await save(over, there.createdAt - 1, plain), true);
      assert.deepEqual(fieldsOf(await read(there.key)), expected);
      const again = { ...over, version: 3, subject: 'ada', expiresAt: over.expiresAt - 1000 };
      assert.equal(await save(again, Number.MIN_SAFE_INTEGER, plain), true);
      assert.deepEqual(fieldsOf(await read(there.key)), {
        ...expected,
        version: 3,
        expiresAt: again.expiresAt,
      });
      const without = twoSaves({ idleTimeout: null });
      await save(without.there, soon, plain);
      assert.equal(
        await save(without.over, without.there.createdAt - 1, plain),
        true,
        'two missing idle timeouts count as equal',
      );
    },
  },
  {
    ...storage,
    id: 'storage.save-refused',
    claims,
    title:
      'save() returns false and writes nothing over a record that it must not replace: expired, too old, or with more to keep.',
    async run({ openStorage }) {
      const { read, insert, save } = await openSaving(openStorage);
      const refused: [why: string, there: Partial<SessionRecord>, over: Partial<SessionRecord>][] = [
        ['it has expired', {}, { createdAt: soon }],
        ['another subject', {}, { subject: 'grace' }],
        ['a subject where it had none', { subject: null }, { subject: 'ada' }],
        ['another idle timeout', {}, { idleTimeout: 61 }],
        ['no idle timeout of its own', {}, { idleTimeout: null }],
        ['an idle timeout where it had none', { idleTimeout: null }, { idleTimeout: 60 }],
        ['more than content, at the end', { payload: '{"data":{},"flash":{},"v":1,"later":{"v":1}}' }, {}],
        ['more than content, at the start', { payload: '{"later":1,"data":{},"flash":{},"v":1}' }, {}],
        ['the same fields in another order', { payload: '{"v":1,"data":{},"flash":{}}' }, {}],
      ];
      for (const [why, fields, changed] of refused) {
        const { there, over } = twoSaves(fields);
        await insert(there, Date.now());
        assert.equal(await save({ ...over, ...changed }, there.createdAt - 1, plain), false, why);
        assert.deepEqual(fieldsOf(await read(there.key)), there, why);
      }
      const { there, over } = twoSaves();
      await insert(there, Date.now());
      assert.equal(await save(over, there.createdAt, plain), false, 'created no later than createdAfter');
      assert.deepEqual(fieldsOf(await read(there.key)), there);
    },
  },
  {
    ...storage,
    id: 'storage.save-mark',
    claims,
    title: 'save() returns false and writes nothing over the mark of a session that has moved.',
    async run({ openStorage }) {
      const { read, insert, save } = await openSaving(openStorage);
      // Core saves `null` here. No session has an idle timeout of 0, so none matches the idle timeout of a mark.
      for (const idleTimeout of [null, 1, 60]) {
        const mark = markOf(record(), newKey());
        const times = { createdAt: mark.createdAt, expiresAt: soon };
        const over = record({ key: mark.key, version: 2, idleTimeout, ...times });
        await insert(mark, Date.now());
        for (const createdAfter of [Number.MIN_SAFE_INTEGER, 0, mark.createdAt - 1]) {
          assert.equal(
            await save(over, createdAfter, { start: '', end: '' }),
            false,
            'a mark was mistaken for a session',
          );
          assert.deepEqual(fieldsOf(await read(mark.key)), mark, 'a mark must stay as it is');
        }
      }
    },
  },
  {
    ...storage,
    id: 'storage.save-race',
    claims,
    title: 'save() is atomic with replace() and delete(): none undoes another, and nothing is revived.',
    async run({ openStorage }) {
      const { read, insert, save, replace, delete: remove } = await openSaving(openStorage);
      for (let round = 0; round < 20; round++) {
        const { there, over } = twoSaves({ subject: null });
        await insert(there, Date.now());
        const [saved] = await Promise.all([
          (async () => save(over, there.createdAt - 1, plain))(),
          (async () => replace(there.key, 1, { ...there, version: 3 }, Date.now()))(),
        ]);
        assert.equal(saved, true);
        assert.equal((await read(there.key))?.version, over.version, 'a replacement undid a save');
        await Promise.all([
          (async () => save({ ...over, version: 4 }, there.createdAt - 1, plain))(),
          (async () => remove(there.key))(),
        ]);
        const found = await read(there.key);
        if (found) assert.equal(found.createdAt, over.createdAt, 'a removed session came back');
      }
    },
  },
];
