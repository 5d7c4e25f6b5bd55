import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import { increase, set } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';

const servers = ['records', 'functions'] as const;
const records = ['records'] as const;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** No lost update, no revived session. */
export const updateCases: ConformanceCase[] = [
  {
    id: 'update.newest',
    level: 'required',
    kinds: servers,
    title: 'update() changes the latest content, whatever base the request loaded.',
    async run({ start }) {
      const store = await start();
      const id = createSessionId();
      await store.save(id, { a: 1 }, { notice: 'hi' });
      const base = await store.load(id);
      assert.equal(await store.update(id, set('b', 2), { base }), true);
      // As long as core remembers its own write, it does not need the base.
      await new Promise((resolve) => setTimeout(resolve));
      assert.equal(await store.update(id, set('c', 3), { base }), true);
      const { data, flash } = await store.load(id);
      assert.deepEqual({ data, flash }, { data: { a: 1, b: 2, c: 3 }, flash: { notice: 'hi' } });
    },
  },
  {
    id: 'update.missing',
    level: 'required',
    kinds: servers,
    title: 'update() and touch() of a missing session return false and create none.',
    async run({ start }) {
      const store = await start();
      const id = createSessionId();
      assert.equal(await store.update(id, set('a', 1)), false);
      assert.equal(await store.touch(id), false);
      assert.equal((await store.load(id)).exists, false);
      await store.save(id, { a: 1 }, {});
      const base = await store.load(id);
      await store.destroy(id);
      assert.equal(await store.update(id, set('a', 2), { base }), false);
      assert.equal(await store.touch(id, { base }), false);
      assert.equal((await store.load(id)).exists, false, 'a destroyed session must stay destroyed');
    },
  },
  {
    id: 'update.parallel',
    level: 'required',
    kinds: servers,
    title: 'All of fifty parallel updates of one store are kept, and a counter stays exact.',
    async run({ start }) {
      const store = await start();
      const id = createSessionId();
      await store.save(id, { count: 0 }, {});
      const base = await store.load(id);
      const answers = await Promise.all(
        numbers(50).map((n) => store.update(id, (content) => increase(set(`k${n}`, n)(content)), { base })),
      );
      assert.deepEqual(answers, Array(50).fill(true));
      const { data } = await store.load(id);
      assert.equal(data.count, 50);
      assert.equal(Object.keys(data).length, 51);
    },
  },
  {
    id: 'update.keeps',
    level: 'required',
    kinds: records,
    title: 'update() keeps createdAt, and subject and idleTimeout unless given.',
    async run({ start, clock }) {
      const store = await start();
      const id = createSessionId();
      const createdAt = clock.now();
      await store.save(id, { n: 1 }, {}, { subject: 'ada', idleTimeout: 50 });
      clock.advance(10);
      await store.update(id, set('n', 2));
      const { version: _, ...kept } = await store.load(id);
      const expiresAt = clock.now() + 50_000;
      const stored = { id, exists: true, flash: {}, createdAt };
      assert.deepEqual(kept, { ...stored, data: { n: 2 }, subject: 'ada', idleTimeout: 50, expiresAt });
      await store.update(id, set('n', 3), { subject: 'grace', idleTimeout: 70 });
      const { version: __, ...given } = await store.load(id);
      const later = clock.now() + 70_000;
      assert.deepEqual(given, {
        ...stored,
        data: { n: 3 },
        subject: 'grace',
        idleTimeout: 70,
        expiresAt: later,
      });
    },
  },
  {
    id: 'touch.no-conflict',
    level: 'required',
    kinds: records,
    title:
      'touch() restarts the idle period and writes nothing else: the version stays, so no update has to run again.',
    async run({ start, clock, events }) {
      const store = await start({ idleTimeout: 60 });
      // With less than two minutes left, core touches by calling replace(); with more, by calling touch().
      for (const own of [{}, { idleTimeout: 600 }]) {
        const { idleTimeout = 60 } = own;
        const id = createSessionId();
        await store.save(id, { a: 1 }, { notice: 'hi' }, { subject: 'ada', ...own });
        const base = await store.load(id);
        clock.advance(10);
        assert.equal(await store.touch(id), true);
        assert.deepEqual(await store.load(id), { ...base, expiresAt: clock.now() + idleTimeout * 1000 });
        assert.equal(await store.update(id, set('b', 2), { base }), true);
        assert.deepEqual(events, []);
      }
    },
  },
  {
    id: 'update.destroyed',
    level: 'required',
    kinds: servers,
    title: 'A session destroyed during updates and touches stays destroyed.',
    async run({ start }) {
      const store = await start();
      for (const id of numbers(10).map(createSessionId)) {
        await store.save(id, { count: 0 }, {});
        const base = await store.load(id);
        const before = numbers(5).map(() => store.update(id, increase, { base }));
        const destroyed = store.destroy(id);
        const after = [store.update(id, increase, { base }), store.touch(id, { base })];
        await Promise.all([...before, destroyed, ...after]);
        assert.equal((await store.load(id)).exists, false);
      }
    },
  },
];
