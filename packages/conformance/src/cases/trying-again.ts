import assert from 'node:assert/strict';
import { createSessionId, type SessionStore } from '@store/core';
import { createRecordStore, type RecordStorage, sessionKey, tryAgain } from '@store/core/driver';
import type { BoundStorage } from '../run/bound-storage.ts';
import { increase } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { numbers } from './storage-record.ts';

const writes = [
  'insert',
  'replace',
  'move',
  'save',
  'touch',
  'delete',
  'deleteSession',
  'deleteExpired',
  'deleteBySubject',
] as const;

/** The storage, on a backend that rolls back two of every three writes and reports each rollback. */
function refusing(storage: BoundStorage): RecordStorage {
  const refused = (call: (...args: never[]) => unknown) => {
    let calls = 0;
    return (...args: never[]) => {
      calls += 1;
      return calls % 3 === 0 ? call(...args) : tryAgain;
    };
  };
  const functions = writes.flatMap((name) => (storage[name] ? [[name, refused(storage[name])]] : []));
  return { ...storage, ...Object.fromEntries(functions) };
}

/** Collects until something is removed: a driver may visit only a limited part of its backend per call. */
async function collect(store: SessionStore): Promise<number> {
  for (const _ of numbers(40)) {
    const removed = await store.gc();
    if (removed > 0) return removed;
  }
  return 0;
}

/** `tryAgain`, which a storage backend may return instead of a result. */
export const tryingAgainCases: ConformanceCase[] = [
  {
    level: 'required',
    kinds: ['records'],
    needs: ['storage'],
    id: 'storage.try-again',
    title: 'A call for which the backend reports that nothing was written is repeated until it succeeds.',
    async run({ openStorage, clock }) {
      const storage = await openStorage();
      const store = createRecordStore(refusing(storage), { now: clock.now, idleTimeout: 600 });
      await store.save(createSessionId(), {}, {}, { idleTimeout: 60 });
      const id = createSessionId();
      await store.save(id, { count: 0 }, {}, { subject: 'ada' });
      for (const n of numbers(5)) {
        assert.equal(await store.update(id, increase), true);
        assert.deepEqual(
          (await store.load(id)).data,
          { count: n + 1 },
          'an update was lost or applied twice',
        );
      }
      const together = await Promise.all(numbers(5).map(() => store.update(id, increase)));
      assert.deepEqual(together, Array(5).fill(true));
      assert.deepEqual((await store.load(id)).data, { count: 10 }, 'an update was lost or applied twice');
      await store.save(id, { count: 20 }, {});
      assert.deepEqual((await store.load(id)).data, { count: 20 });

      clock.advance(500);
      assert.equal(await collect(store), 1, 'gc() must remove the expired session, and count it once');
      assert.equal(await store.touch(id), true);
      clock.advance(500);
      assert.equal((await store.load(id)).exists, true, 'a touch that returned true must count');

      const newId = createSessionId();
      assert.equal(await store.update(id, increase, { newId }), true);
      assert.deepEqual((await store.load(newId)).data, { count: 21 });
      assert.equal((await store.load(id)).exists, false, 'a moved session is still under its old id');
      assert.equal(await store.create(newId, {}, {}), false);

      const other = createSessionId();
      assert.equal(await store.create(other, { count: 1 }, {}, { subject: 'ada' }), true);
      if (storage.listBySubject && storage.deleteBySubject) {
        assert.equal((await store.list('ada')).length, 2);
        assert.equal(await store.destroyAll('ada', { except: newId }), 1);
        assert.equal(await storage.read(sessionKey(other)), undefined);
        assert.equal(await store.destroyAll('ada'), 1);
        assert.deepEqual(await store.list('ada'), []);
        await store.save(newId, { count: 1 }, {});
      }
      await store.destroy(newId);
      assert.equal((await store.load(newId)).exists, false, 'a destroyed session is still alive');
      assert.equal(await store.update(newId, increase), false);
    },
  },
];
