import assert from 'node:assert/strict';
import { createSessionId, isStoreError } from '@store/core';
import type { ConformanceCase } from './conformance-case.ts';
import { rejectsWith } from './rejects-with.ts';

const servers = ['records', 'functions'] as const;

/** Whether values survive storage. */
export const storedValueCases: ConformanceCase[] = [
  {
    id: 'values.large',
    level: 'required',
    kinds: servers,
    title: 'A session of a megabyte comes back whole, or is rejected with TOO_LARGE and not stored.',
    async run({ start }) {
      const store = await start({ maxBytes: 2_000_000 });
      const id = createSessionId();
      const text = 'large '.repeat(175_000);
      const refused = await store.save(id, { text }, {}).catch((error: unknown) => error);
      const found = await store.load(id);
      if (refused === undefined) assert.ok(found.data.text === text, 'the whole text must be returned');
      else if (!isStoreError(refused, 'TOO_LARGE')) throw refused;
      else assert.equal(found.exists, false, 'a refused session must not be stored');
    },
  },
  {
    id: 'values.refused',
    level: 'required',
    kinds: servers,
    title: 'A value that JSON would lose or change is rejected with INVALID_VALUE, and nothing is written.',
    async run({ start }) {
      const store = await start();
      const id = createSessionId();
      await store.save(id, { n: 1 }, {});
      for (const value of [undefined, Number.NaN, 1n, new Date(), new Map(), () => 1]) {
        const wrong = { value: value as never };
        await rejectsWith('INVALID_VALUE', 'save()', store.save(id, wrong, {}));
        await rejectsWith(
          'INVALID_VALUE',
          'update()',
          store.update(id, ({ data }) => ({ data, flash: wrong })),
        );
      }
      const { data, flash } = await store.load(id);
      assert.deepEqual({ data, flash }, { data: { n: 1 }, flash: {} });
    },
  },
  {
    id: 'values.own-copy',
    level: 'required',
    kinds: servers,
    title:
      'A stored session is independent of the objects it was saved from and of those that load() returned.',
    async run({ start }) {
      const store = await start();
      const id = createSessionId();
      const cart = ['apple'];
      await store.save(id, { cart }, {});
      cart.push('never saved');
      const { data } = await store.load(id);
      (data.cart as string[]).push('never saved either');
      assert.deepEqual((await store.load(id)).data, { cart: ['apple'] });
    },
  },
  {
    id: 'values.ids',
    level: 'required',
    kinds: servers,
    title:
      'Ids of 22 to 128 characters work, whatever they start with; ids that differ only in case are different.',
    async run({ start }) {
      const store = await start();
      const random = createSessionId().slice(0, 20);
      const ids = [
        `--${random}`,
        `__${random}`,
        `aa${random}`,
        `AA${random}`,
        `aa${random.toLowerCase()}x`,
        `aa${random.toLowerCase()}X`,
        'z'.repeat(128),
        'z'.repeat(127),
        '0'.repeat(22),
        '_'.repeat(22),
      ];
      for (const [n, id] of ids.entries()) await store.save(id, { n }, {});
      for (const [n, id] of ids.entries()) assert.deepEqual((await store.load(id)).data, { n });
    },
  },
];
