import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import type { ConformanceCase } from './conformance-case.ts';
import { rejectsWith } from './rejects-with.ts';

const records = ['records'] as const;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** `create`: starts a session only if its id is free. */
export const creatingCases: ConformanceCase[] = [
  {
    id: 'create.free',
    level: 'required',
    kinds: ['records', 'functions'],
    title:
      'create() stores a session under a free id; if a live session has the id, it returns false and writes nothing.',
    async run({ start }) {
      const store = await start();
      const id = createSessionId();
      assert.equal(await store.create(id, { n: 1 }, { notice: 'hi' }), true);
      const first = await store.load(id);
      assert.deepEqual([first.data, first.flash], [{ n: 1 }, { notice: 'hi' }]);
      assert.equal(await store.create(id, { n: 2 }, {}), false);
      assert.deepEqual(await store.load(id), first, 'a refused create() must write nothing');
      await store.destroy(id);
      assert.equal(await store.create(id, { n: 3 }, {}), true, 'the id of an ended session is free');
      await rejectsWith('INVALID_ID', 'create()', store.create('short', {}, {}));
    },
  },
  {
    id: 'create.expired',
    level: 'required',
    kinds: records,
    title: 'create() over an expired session starts a new one with new options.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60 });
      const id = createSessionId();
      await store.save(id, { n: 1 }, {}, { subject: 'ada', idleTimeout: 30 });
      clock.advance(30);
      assert.equal(await store.create(id, { n: 2 }, {}, { subject: 'grace' }), true);
      const { data, createdAt, expiresAt, subject, idleTimeout } = await store.load(id);
      assert.deepEqual(
        { data, subject, idleTimeout },
        { data: { n: 2 }, subject: 'grace', idleTimeout: undefined },
      );
      assert.deepEqual([createdAt, expiresAt], [clock.now(), clock.now() + 60_000]);
    },
  },
  {
    id: 'create.one-winner',
    level: 'required',
    kinds: records,
    title:
      'If many callers create one id at the same moment, exactly one wins, even over an expired session.',
    needs: ['instances'],
    async run({ instances, clock }) {
      const stores = await instances({}, {}, {});
      for (const round of numbers(20)) {
        const id = createSessionId();
        if (round % 2) {
          await stores[0].save(id, { old: true }, {}, { idleTimeout: 1 });
          clock.advance(1);
        }
        const won = await Promise.all(
          numbers(9).map((n) => (stores[n % 3] ?? stores[0]).create(id, { n }, {})),
        );
        const winners = won.filter(Boolean).length;
        assert.equal(winners, 1, `exactly one create() must win, but ${winners} did`);
        assert.deepEqual((await stores[0].load(id)).data, { n: won.indexOf(true) });
      }
    },
  },
];
