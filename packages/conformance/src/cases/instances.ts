import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import { increase, keep, set } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';

const records = ['records'] as const;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Several stores on the same sessions, as with several servers. */
export const instanceCases: ConformanceCase[] = [
  {
    id: 'instances.updates',
    level: 'required',
    kinds: records,
    title: 'All parallel updates by several stores are kept, and a counter stays exact.',
    needs: ['instances'],
    async run({ instances }) {
      const stores = await instances({}, {}, {});
      const id = createSessionId();
      await stores[0].save(id, { count: 0 }, {});
      const perStore = 15;
      const answers = await Promise.all(
        stores.flatMap((store, which) =>
          numbers(perStore).map(async (n) => {
            const base = await store.load(id);
            return store.update(id, (content) => increase(set(`${which}-${n}`, n)(content)), { base });
          }),
        ),
      );
      assert.deepEqual(answers, Array(3 * perStore).fill(true));
      const { data } = await stores[1].load(id);
      assert.equal(data.count, 3 * perStore);
      assert.equal(Object.keys(data).length, 3 * perStore + 1);
    },
  },
  {
    id: 'instances.destroyed',
    level: 'required',
    kinds: records,
    title: 'A session destroyed by one store cannot be brought back by another store that had loaded it.',
    needs: ['instances'],
    async run({ instances }) {
      const [one, other] = await instances({}, {});
      const id = createSessionId();
      await one.save(id, { n: 1 }, {});
      const base = await one.load(id);
      await other.destroy(id);
      assert.equal(await one.update(id, keep, { base }), false);
      assert.equal(await one.touch(id, { base }), false);
      assert.equal(await one.update(id, keep, { base, newId: createSessionId() }), false);
      assert.equal((await one.load(id)).exists, false);
      for (const racing of numbers(10).map(createSessionId)) {
        await one.save(racing, { count: 0 }, {});
        const updates = numbers(4).map(() => one.update(racing, increase));
        await Promise.all([...updates, other.destroy(racing)]);
        assert.equal((await other.load(racing)).exists, false);
      }
    },
  },
];
