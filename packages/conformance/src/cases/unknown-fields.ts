import assert from 'node:assert/strict';
import { createSessionId, type SessionContent } from '@store/core';
import { sessionKey } from '@store/core/driver';
import type { ConformanceCase } from './conformance-case.ts';
import { record } from './storage-record.ts';

const later = { device: { name: 'phone', seen: [1, 2] }, note: 'é' };

const count = ({ data, flash }: SessionContent): SessionContent => ({
  data: { ...data, n: Number(data.n ?? 0) + 1 },
  flash,
});

/** A field that a later version of core stores in a payload, next to the known ones. */
export const unknownFieldCases: ConformanceCase[] = [
  {
    level: 'required',
    kinds: ['records'],
    needs: ['storage'],
    id: 'values.unknown-fields',
    title: 'Every write keeps the fields that a later version stored in a session.',
    async run({ startWithStorage, clock }) {
      const { store, storage } = await startWithStorage();
      let id = createSessionId();
      const payload = JSON.stringify({ v: 1, data: { n: 0 }, flash: {}, ...later });
      const times = { createdAt: clock.now(), expiresAt: clock.now() + 7_200_000 };
      await storage.insert(record({ key: sessionKey(id), payload, ...times }), clock.now());
      const stays = async (after: string) => {
        const found = await storage.read(sessionKey(id));
        const { v: _v, data: _data, flash: _flash, ...kept } = JSON.parse(found?.payload ?? '{}');
        assert.deepEqual(kept, later, `${after} lost what a later version stored`);
      };
      assert.equal(await store.update(id, count), true);
      await stays('update()');
      assert.equal(await store.update(id, count, { base: await store.load(id) }), true);
      await stays('update() with a base');
      await Promise.all([1, 2, 3].map(() => store.update(id, count)));
      await stays('one of several updates');
      const newId = createSessionId();
      assert.equal(await store.update(id, count, { newId }), true);
      id = newId;
      await stays('update() with newId');
      assert.equal(await store.touch(id), true);
      await stays('touch()');
      assert.deepEqual((await store.load(id)).data, { n: 6 });
      await store.save(id, { saved: true }, {});
      await stays('save()');
      assert.deepEqual((await store.load(id)).data, { saved: true });
    },
  },
];
