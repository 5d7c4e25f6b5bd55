import assert from 'node:assert/strict';
import type { ConformanceCase } from './conformance-case.ts';
import { collectAll, newIds, saveAll } from './many-sessions.ts';

const records = ['records'] as const;

export const garbageCollectionCases: ConformanceCase[] = [
  {
    id: 'gc.expired-only',
    level: 'required',
    kinds: records,
    title: 'gc() removes exactly the expired sessions, to the millisecond, and returns how many.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 600 });
      const [early, late, touched] = [newIds(3), newIds(2), newIds(2)];
      await saveAll(store, [...early, ...touched]);
      clock.advance(0.001);
      await saveAll(store, late);
      for (const id of touched) assert.equal(await store.touch(id), true);
      assert.equal(await collectAll(store), 0, 'no session has expired yet');
      clock.advance(599.999);
      assert.equal(await collectAll(store), 3, 'sessions that expire in this millisecond must be removed');
      const alive = await Promise.all([...late, ...touched].map(async (id) => (await store.load(id)).exists));
      assert.deepEqual(alive, [true, true, true, true]);
      clock.advance(0.001);
      assert.equal(await collectAll(store), 4, 'the rest must be removed a millisecond later');
    },
  },
  {
    id: 'gc.many',
    level: 'required',
    kinds: records,
    title: 'gc() removes more sessions than fit in one batch, and counts each once.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60 });
      const expired = newIds(520);
      await saveAll(store, expired);
      clock.advance(60);
      const live = newIds(10);
      await saveAll(store, live);
      assert.equal(await collectAll(store), 520);
      for (const id of live) assert.equal((await store.load(id)).exists, true);
    },
  },
  {
    id: 'gc.at-once',
    level: 'recommended',
    kinds: records,
    title: 'One gc() removes every expired session.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60 });
      await saveAll(store, newIds(50));
      clock.advance(60);
      assert.equal(await store.gc(), 50);
    },
  },
  {
    id: 'gc.single-flight',
    level: 'required',
    kinds: ['records', 'functions'],
    title: 'gc() runs once at a time: calls made during a run share its result.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60 });
      await saveAll(store, newIds(20));
      clock.advance(60);
      const answers = await Promise.all([store.gc(), store.gc(), store.gc()]);
      assert.deepEqual(answers, Array(3).fill(answers[0]));
    },
  },
  {
    id: 'gc.instances',
    level: 'required',
    kinds: records,
    title: 'When several stores run gc() at the same time, every removed session is counted once.',
    needs: ['instances'],
    async run({ instances, clock }) {
      const stores = await instances({ idleTimeout: 60 }, { idleTimeout: 60 }, { idleTimeout: 60 });
      const expired = newIds(150);
      await saveAll(stores[0], expired);
      clock.advance(60);
      const counts = await Promise.all(stores.map((store) => collectAll(store)));
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        expired.length,
      );
    },
  },
  {
    id: 'gc.race',
    level: 'required',
    kinds: records,
    title: 'gc() by a server whose clock is ahead spares a session whose touch returned true.',
    needs: ['instances'],
    async run({ instances, clock }) {
      const [store, ahead] = await instances(
        { idleTimeout: 60 },
        { idleTimeout: 60, now: () => clock.now() + 45_000 },
      );
      for (let round = 0; round < 10; round += 1) {
        const all = newIds(20);
        await saveAll(store, all);
        clock.advance(30);
        // By the clock that is ahead, the untouched sessions have expired and the touched ones have not.
        const [touched] = await Promise.all([Promise.all(all.map((id) => store.touch(id))), ahead.gc()]);
        const alive = await Promise.all(all.map(async (id) => (await store.load(id)).exists));
        assert.deepEqual(alive, touched);
      }
    },
  },
  {
    id: 'gc.functions',
    level: 'required',
    kinds: ['functions'],
    title: 'gc() removes no live session.',
    async run({ start }) {
      const store = await start();
      const live = newIds(20);
      await saveAll(store, live);
      assert.ok(Number.isInteger(await store.gc()), 'gc() must return a number or nothing');
      for (const [n, id] of live.entries()) assert.deepEqual((await store.load(id)).data, { n });
    },
  },
];
