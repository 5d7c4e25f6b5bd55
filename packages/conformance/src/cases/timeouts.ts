import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import { keep } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';

const records = ['records'] as const;

export const timeoutCases: ConformanceCase[] = [
  {
    id: 'time.idle',
    level: 'required',
    kinds: records,
    title: 'A session ends idleTimeout seconds after it was written, to the millisecond.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60 });
      const id = createSessionId();
      await store.save(id, { n: 1 }, {});
      clock.advance(59.999);
      assert.equal((await store.load(id)).exists, true, 'the session must live for 59.999 seconds');
      clock.advance(0.001);
      assert.deepEqual(await store.load(id), { id, exists: false, data: {}, flash: {} });
    },
  },
  {
    id: 'time.restarts',
    level: 'required',
    kinds: records,
    title: 'An update and a touch restart the idle period; a read does not.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60 });
      // With less than two minutes left, core touches by calling replace(); with more, by calling touch().
      for (const own of [{}, { idleTimeout: 600 }]) {
        const { idleTimeout = 60 } = own;
        const most = (idleTimeout * 2) / 3;
        const id = createSessionId();
        await store.save(id, { n: 1 }, {}, own);
        clock.advance(most);
        assert.equal(await store.update(id, keep), true);
        clock.advance(most);
        assert.equal(await store.touch(id), true);
        clock.advance(most);
        assert.equal(await store.touch(id, { base: await store.load(id) }), true);
        clock.advance(idleTimeout - 0.001);
        assert.equal((await store.load(id)).exists, true);
        clock.advance(0.001);
        assert.equal((await store.load(id)).exists, false);
      }
    },
  },
  {
    id: 'time.absolute',
    level: 'required',
    kinds: records,
    title: 'Nothing extends a session past absoluteTimeout seconds.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60, absoluteTimeout: 100 });
      const id = createSessionId();
      await store.save(id, { n: 1 }, {}, { idleTimeout: 600 });
      clock.advance(50);
      assert.equal(await store.touch(id), true);
      clock.advance(49.999);
      assert.equal(await store.update(id, keep), true);
      assert.equal((await store.load(id)).exists, true);
      clock.advance(0.001);
      assert.equal((await store.load(id)).exists, false);
      assert.equal(await store.touch(id), false);
    },
  },
  {
    id: 'time.own-idle-timeout',
    level: 'required',
    kinds: records,
    title: "An idleTimeout set for a session overrides the store's, and survives touches and updates.",
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60 });
      const id = createSessionId();
      await store.save(id, { n: 1 }, {}, { idleTimeout: 600 });
      clock.advance(400);
      assert.equal(await store.touch(id), true);
      clock.advance(599);
      assert.equal(await store.touch(id), true);
      clock.advance(599);
      assert.equal(await store.update(id, keep), true);
      assert.equal((await store.load(id)).idleTimeout, 600);
      clock.advance(599.999);
      assert.equal((await store.load(id)).exists, true);
      clock.advance(0.001);
      assert.equal((await store.load(id)).exists, false);
    },
  },
  {
    id: 'time.ended',
    level: 'required',
    kinds: records,
    title: 'An expired session stays ended: update and touch return false, and save starts a new one.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60 });
      const id = createSessionId();
      await store.save(id, { old: true }, {}, { subject: 'ada', idleTimeout: 30 });
      const base = await store.load(id);
      clock.advance(30);
      assert.equal(await store.touch(id), false);
      assert.equal(await store.touch(id, { base }), false);
      assert.equal(await store.update(id, keep), false);
      assert.equal(await store.update(id, keep, { base }), false);
      assert.equal((await store.load(id)).exists, false);
      await store.save(id, { fresh: true }, {});
      const { version: _, ...fresh } = await store.load(id);
      const expiresAt = clock.now() + 60_000;
      assert.deepEqual(fresh, {
        id,
        exists: true,
        data: { fresh: true },
        flash: {},
        createdAt: clock.now(),
        expiresAt,
      });
    },
  },
];
