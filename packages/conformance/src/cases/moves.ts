import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import { keep, set } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { rejectsWith } from './rejects-with.ts';
import { underWay } from './under-way.ts';

const records = ['records'] as const;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** `newId`: a session gets a new id in one step. */
export const moveCases: ConformanceCase[] = [
  {
    id: 'move.moves',
    level: 'required',
    kinds: ['records', 'functions'],
    title: 'newId moves the session: the new id has its content, the old id is gone.',
    async run({ start }) {
      const store = await start();
      const [id, newId] = [createSessionId(), createSessionId()];
      await store.save(id, { a: 1 }, { notice: 'hi' });
      assert.equal(await store.update(id, set('b', 2), { newId, base: await store.load(id) }), true);
      assert.equal((await store.load(id)).exists, false, 'the old id must be gone');
      const { data, flash } = await store.load(newId);
      assert.deepEqual({ data, flash }, { data: { a: 1, b: 2 }, flash: { notice: 'hi' } });
      assert.equal(await store.update(id, keep), false);
      assert.equal(await store.update(newId, set('c', 3)), true);
    },
  },
  {
    id: 'move.keeps',
    level: 'required',
    kinds: records,
    title:
      'newId keeps content, subject, idleTimeout and createdAt; with another subject, a new, empty session starts.',
    async run({ start, clock }) {
      const store = await start();
      const [id, second, third] = [createSessionId(), createSessionId(), createSessionId()];
      const createdAt = clock.now();
      await store.save(id, { n: 1 }, {}, { subject: 'ada', idleTimeout: 50 });
      clock.advance(10);
      await store.update(id, keep, { newId: second });
      const moved = await store.load(second);
      assert.equal(moved.createdAt, createdAt);
      assert.equal(moved.subject, 'ada');
      assert.equal(moved.idleTimeout, 50);
      assert.deepEqual(moved.data, { n: 1 });
      await store.update(second, set('b', 2), { newId: third, subject: 'grace' });
      const { createdAt: begun, subject, data, idleTimeout } = await store.load(third);
      assert.deepEqual({ begun, subject }, { begun: clock.now(), subject: 'grace' });
      assert.deepEqual({ data, idleTimeout }, { data: { b: 2 }, idleTimeout: undefined });
    },
  },
  {
    id: 'move.taken',
    level: 'required',
    kinds: records,
    title:
      'A newId that belongs to another session is rejected with CONFLICT, and neither session is harmed.',
    async run({ start }) {
      const store = await start();
      const [id, taken] = [createSessionId(), createSessionId()];
      await store.save(id, { mine: 1 }, {});
      await store.save(taken, { theirs: 1 }, {});
      await rejectsWith('CONFLICT', 'newId', store.update(id, set('n', 1), { newId: taken }));
      assert.deepEqual((await store.load(id)).data, { mine: 1 });
      assert.deepEqual((await store.load(taken)).data, { theirs: 1 });
    },
  },
  {
    id: 'move.one-winner',
    level: 'required',
    kinds: records,
    title: 'If several stores move a session at the same time, exactly one wins, and one session is left.',
    needs: ['instances'],
    async run({ instances }) {
      const stores = await instances({}, {}, {}, {});
      for (let round = 0; round < 5; round += 1) {
        const id = createSessionId();
        await stores[0].save(id, { round }, {});
        const newIds = stores.map(() => createSessionId());
        const won = await Promise.all(
          stores.map((store, n) => store.update(id, keep, { newId: newIds[n] as string })),
        );
        const alive = await Promise.all(
          [id, ...newIds].map(async (each) => (await stores[0].load(each)).exists),
        );
        assert.equal(won.filter(Boolean).length, 1, 'exactly one must win');
        assert.deepEqual(alive, [false, ...won], 'only the id of the winner must be alive');
      }
    },
  },
  {
    id: 'move.atomic',
    level: 'required',
    kinds: records,
    title: 'A move is one step: no reader sees both ids alive, or neither.',
    needs: ['instances'],
    async run({ instances }) {
      const [mover, watcher] = await instances({}, {});
      let id = createSessionId();
      await mover.save(id, { n: 1 }, {});
      for (let round = 0; round < 20; round += 1) {
        const newId = createSessionId();
        let moving = true;
        const moved = underWay(
          mover.update(id, keep, { newId }).finally(() => {
            moving = false;
          }),
        );
        do {
          // In this order, each result proves something even though the two loads happen at different moments.
          const oldIsGone = !(await watcher.load(id)).exists;
          const newIsThere = (await watcher.load(newId)).exists;
          assert.ok(newIsThere || !oldIsGone, 'the old id was gone before the new one existed');
          const stillOld = newIsThere && (await watcher.load(id)).exists;
          assert.ok(!stillOld, 'the new id existed while the old one did');
          // A driver may load without yielding to the event loop, but need a turn of the loop to write.
          await nextTurn();
        } while (moving);
        assert.equal(await moved, true);
        id = newId;
      }
    },
  },
];
