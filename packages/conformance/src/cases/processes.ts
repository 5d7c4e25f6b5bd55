import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import type { ConformanceCase } from './conformance-case.ts';
import { underWay } from './under-way.ts';

const servers = ['records', 'functions'] as const;
const claimed = { level: 'capability', claims: 'sharedBetweenProcesses', needs: ['processes'] } as const;
const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0);

export const processCases: ConformanceCase[] = [
  {
    ...claimed,
    id: 'processes.share',
    kinds: servers,
    title:
      'A session that one process saves can be loaded by another; one that it destroys is gone for all of them.',
    async run({ processes }) {
      const [one, other] = await processes(2);
      const id = createSessionId();
      await one.call('save', id, { n: 1 });
      assert.deepEqual(await other.call('data', id), { n: 1 });
      await other.call('destroy', id);
      assert.equal(await one.call('data', id), null);
    },
  },
  {
    ...claimed,
    id: 'processes.start',
    kinds: servers,
    title: 'Several processes can start on an empty backend at the same moment.',
    async run({ idleProcesses, emptyPlace }) {
      const starters = await idleProcesses(5);
      // Each round is another chance to collide.
      for (let round = 0; round < 40; round += 1) {
        const place = await emptyPlace();
        const id = createSessionId();
        await Promise.all(starters.map((each) => each.start(place)));
        await starters[0]?.call('save', id, { round });
        assert.deepEqual(
          await Promise.all(starters.map((each) => each.call('data', id))),
          Array(5).fill({ round }),
        );
        await Promise.all(starters.map((each) => each.call('close')));
      }
    },
  },
  {
    ...claimed,
    id: 'processes.updates',
    kinds: ['records'],
    title: 'All updates of one session by several processes are kept, and a counter stays exact.',
    async run({ start, processes }) {
      const store = await start({ now: Date.now });
      const id = createSessionId();
      await store.save(id, { count: 0 }, {});
      const times = 40;
      const others = await processes(3);
      const done = await Promise.all(others.map((each) => each.call('increase', id, times)));
      assert.equal(sum(done), 3 * times);
      assert.deepEqual((await store.load(id)).data, { count: 3 * times });
    },
  },
  {
    ...claimed,
    id: 'processes.one-winner',
    kinds: ['records'],
    title:
      'If several processes move one session at the same time, exactly one wins, and one session is left.',
    async run({ start, processes }) {
      const store = await start({ now: Date.now });
      const others = await processes(3);
      for (let round = 0; round < 10; round += 1) {
        const id = createSessionId();
        await store.save(id, { round }, {});
        const newIds = others.map(() => createSessionId());
        const won = await Promise.all(others.map((each, n) => each.call('move', id, newIds[n] as string)));
        const alive = await Promise.all([id, ...newIds].map(async (each) => (await store.load(each)).exists));
        assert.equal(won.filter(Boolean).length, 1, 'exactly one process must win');
        assert.deepEqual(alive, [false, ...won]);
      }
    },
  },
  {
    ...claimed,
    id: 'processes.destroyed',
    kinds: ['records'],
    title: 'A session destroyed by one process stays destroyed while others update it.',
    async run({ start, processes }) {
      const store = await start({ now: Date.now });
      const others = await processes(2);
      for (let round = 0; round < 5; round += 1) {
        const id = createSessionId();
        await store.save(id, { count: 0 }, {});
        const updates = underWay(Promise.all(others.map((each) => each.call('increase', id, 20))));
        await store.destroy(id);
        await updates;
        assert.equal((await store.load(id)).exists, false);
      }
    },
  },
  {
    ...claimed,
    id: 'processes.cookie',
    kinds: ['cookie'],
    title: 'A cookie of one process opens in another.',
    async run({ start, processes }) {
      const store = await start({ now: Date.now });
      const [other] = await processes(1);
      const value = await other?.call('seal', createSessionId(), { n: 1 });
      assert.deepEqual((await store.load(value ?? '')).data, { n: 1 });
    },
  },
  {
    needs: ['processes'],
    id: 'processes.apart',
    level: 'recommended',
    kinds: servers,
    lacks: 'sharedBetweenProcesses',
    title: 'Stores in several processes share no sessions without the claim.',
    async run({ idleProcesses, place }) {
      const [one, other] = await idleProcesses(2);
      const id = createSessionId();
      await one.start(place);
      await one.call('save', id, { n: 1 });
      // A backend that allows only one open handle does not share anything, either.
      const refused = await other.start(place).then(
        () => false,
        () => true,
      );
      if (refused) return;
      const found = await other.call('data', id);
      assert.equal(
        found,
        null,
        'claim sharedBetweenProcesses if sharing is safe; otherwise, declare the weakness',
      );
    },
  },
];
