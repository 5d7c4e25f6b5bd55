import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import { sessionKey } from '@store/core/driver';
import { keep } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { devicesOf, saveDevices } from './devices.ts';

const records = ['records'] as const;

/** `destroyAll`. */
export const endingBySubjectCases: ConformanceCase[] = [
  {
    id: 'subjects.destroy-all',
    level: 'capability',
    kinds: records,
    title: "destroyAll() ends and counts every session of a subject, or all but one, and no other subject's.",
    claims: 'subjects',
    async run({ start }) {
      const store = await start();
      const [one = ''] = await saveDevices(store, 'ada', ['1', '2', '3']);
      const [other = ''] = await saveDevices(store, 'grace', ['tablet']);
      assert.equal(
        await store.destroyAll('ada', { except: other }),
        3,
        "another subject's id spares no session",
      );
      assert.equal(await store.destroyAll('ada'), 0);
      const [spared = ''] = await saveDevices(store, 'ada', ['4', '5', '6']);
      assert.equal(await store.destroyAll('ada', { except: spared }), 2);
      assert.deepEqual(await devicesOf(store, 'ada'), ['4']);
      assert.equal(await store.destroyAll('ada', { except: one }), 1);
      assert.deepEqual(await devicesOf(store, 'ada'), []);
      assert.equal((await store.load(spared)).exists, false);
      assert.deepEqual(await devicesOf(store, 'grace'), ['tablet']);
    },
  },
  {
    id: 'subjects.only',
    level: 'capability',
    kinds: records,
    title:
      'destroyAll({ only }) ends only the session with that handle, and only if it belongs to the subject.',
    claims: 'subjects',
    async run({ start }) {
      const store = await start();
      const ids = await saveDevices(store, 'ada', ['phone', 'laptop']);
      const [others = ''] = await saveDevices(store, 'grace', ['tablet']);
      assert.equal(await store.destroyAll('ada', { only: sessionKey(others) }), 0);
      assert.equal(await store.destroyAll('ada', { only: sessionKey(createSessionId()) }), 0);
      const [phone = '', laptop = ''] = ids;
      assert.equal(await store.destroyAll('ada', { only: sessionKey(phone), except: phone }), 0);
      assert.equal(await store.destroyAll('ada', { only: sessionKey(phone), except: laptop }), 1);
      assert.deepEqual(await devicesOf(store, 'ada'), ['laptop']);
      assert.deepEqual(await devicesOf(store, 'grace'), ['tablet']);
    },
  },
  {
    id: 'subjects.race',
    level: 'capability',
    kinds: records,
    title: 'destroyAll() holds against updates in progress: ended sessions stay ended.',
    claims: 'subjects',
    async run({ start }) {
      const store = await start();
      for (let round = 0; round < 10; round += 1) {
        const ids = await saveDevices(store, 'ada', ['1', '2', '3', '4']);
        const updates = ids.flatMap((id) => [store.update(id, keep), store.touch(id)]);
        await Promise.all([...updates, store.destroyAll('ada')]);
        assert.deepEqual(await store.list('ada'), []);
        for (const id of ids) assert.equal((await store.load(id)).exists, false);
      }
    },
  },
];
