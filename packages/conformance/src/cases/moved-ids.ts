import assert from 'node:assert/strict';
import { createSessionId, type SessionStore, type StoredSession } from '@store/core';
import { sessionKey } from '@store/core/driver';
import { keep, set } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { rejectsWith } from './rejects-with.ts';

const moved = { level: 'required', kinds: ['records'] } as const;
const empty = (id: string) => ({ id, exists: false, data: {}, flash: {} });

/** Saves a session and moves it several times. @returns every id it had; the last one is alive */
async function moveAlong(store: SessionStore, moves: number, subject?: string): Promise<string[]> {
  const ids = [createSessionId()];
  await store.save(ids[0] as string, { n: 1 }, {}, subject === undefined ? {} : { subject });
  for (let n = 0; n < moves; n += 1) {
    const newId = createSessionId();
    assert.equal(await store.update(ids.at(-1) as string, keep, { newId }), true);
    ids.push(newId);
  }
  return ids;
}

/** Everything that a request may still do with its id. */
const lateWrites: {
  [name: string]: (store: SessionStore, id: string, base: StoredSession) => Promise<boolean>;
} = {
  'update() with a base': (store, id, base) => store.update(id, set('late', true), { base }),
  'update()': (store, id) => store.update(id, set('late', true)),
  'touch() with a base': (store, id, base) => store.touch(id, { base }),
  'touch()': (store, id) => store.touch(id),
};

/** What the old id of a moved session can still do for a minute. */
export const movedIdCases: ConformanceCase[] = [
  {
    ...moved,
    id: 'move.mark',
    title: 'For a minute, load() of any earlier id of a moved session returns moved: true and no content.',
    async run({ start, clock }) {
      const store = await start();
      const ids = await moveAlong(store, 3, 'ada');
      const last = ids.pop() as string;
      for (const id of ids) assert.deepEqual(await store.load(id), { ...empty(id), moved: true });
      assert.equal((await store.load(last)).exists, true);
      clock.advance(61);
      for (const id of ids)
        assert.deepEqual(await store.load(id), empty(id), 'the mark must expire after a minute');
      assert.equal((await store.load(last)).exists, true);
    },
  },
  {
    ...moved,
    id: 'move.dead-at-once',
    title: 'Once a move is acknowledged, update() and touch() of the old id return false and write nothing.',
    async run({ start, clock }) {
      const store = await start();
      for (const [name, late] of Object.entries(lateWrites)) {
        for (const movesBlindly of [true, false]) {
          const [id, newId] = [createSessionId(), createSessionId()];
          await store.save(id, { n: 1 }, {});
          const base = await store.load(id);
          const moves = store.update(id, keep, movesBlindly ? { newId } : { newId, base });
          // Directly after the move resolves: a caller that awaited it may write immediately.
          const written = await moves.then((moved) => {
            assert.equal(moved, true);
            clock.advance(30);
            return late(store, id, base);
          });
          assert.equal(written, false, `${name} right after the move`);
          const { exists, data, expiresAt = 0 } = await store.load(newId);
          assert.deepEqual({ exists, data }, { exists: true, data: { n: 1 } }, `${name} reached the session`);
          const before = base.expiresAt ?? 0;
          assert.ok(expiresAt < before + 15_000, `${name} extended the session under its new id`);
        }
      }
      const [id, newId] = [createSessionId(), createSessionId()];
      await store.save(id, { n: 1 }, {});
      const base = await store.load(id);
      assert.equal(await store.update(id, keep, { newId, base }), true);
      const { expiresAt } = await store.load(newId);
      clock.advance(10);
      for (const options of [{}, { base }]) {
        assert.equal(await store.update(id, set('late', true), options), false, 'update() of a dead id');
        assert.equal(await store.touch(id, options), false, 'touch() of a dead id');
        const elsewhere = { ...options, newId: createSessionId() };
        assert.equal(await store.update(id, keep, elsewhere), false, 'a dead id cannot be moved');
        assert.equal((await store.load(elsewhere.newId)).exists, false);
      }
      const found = await store.load(newId);
      assert.deepEqual(found.data, { n: 1 }, 'a late write reached the session under its new id');
      assert.equal(found.expiresAt, expiresAt, 'a late touch reached the session under its new id');
      assert.equal((await store.load(id)).moved, true, 'the mark must stay');
    },
  },
  {
    ...moved,
    id: 'move.chain',
    title: 'destroy() of any id that a session ever had ends it under its current id.',
    async run({ start }) {
      const store = await start();
      for (const which of [0, 1, 2, 3]) {
        const ids = await moveAlong(store, 3);
        const other = await moveAlong(store, 1);
        await store.destroy(ids[which] as string);
        for (const id of ids)
          assert.equal(
            (await store.load(id)).exists,
            false,
            `destroyed by id ${which + 1} of 4, but still alive`,
          );
        await store.destroy(ids[which] as string);
        assert.equal((await store.load(other[1] as string)).exists, true, 'another session was ended');
      }
    },
  },
  {
    ...moved,
    id: 'move.given-up',
    title:
      'The old id of a moved session stays taken: save() and newId reject with CONFLICT, create() returns false.',
    async run({ start, clock }) {
      const store = await start();
      const [id, newId] = (await moveAlong(store, 1)) as [string, string];
      const other = createSessionId();
      await store.save(other, { of: 'other' }, {});
      await rejectsWith('CONFLICT', 'save() over a mark', store.save(id, { n: 2 }, {}));
      assert.equal(await store.create(id, { n: 2 }, {}), false, 'create() over a mark');
      await rejectsWith('CONFLICT', 'newId', store.update(other, keep, { newId: id }));
      assert.deepEqual((await store.load(newId)).data, { n: 1 });
      assert.deepEqual((await store.load(other)).data, { of: 'other' });
      assert.equal((await store.load(id)).moved, true, 'the mark must stay');
      clock.advance(61);
      await store.save(id, { n: 3 }, {});
      assert.deepEqual((await store.load(id)).data, { n: 3 }, 'after a minute, the id must be free again');
    },
  },
  {
    ...moved,
    id: 'move.collected',
    title: 'gc() collects marks after a minute, and not before.',
    async run({ start, clock, module, place }) {
      const store = await start();
      const [id, newId] = (await moveAlong(store, 1)) as [string, string];
      clock.advance(50);
      await store.gc();
      assert.equal((await store.load(id)).moved, true, 'the mark must stay for a minute');
      clock.advance(11);
      let removed = 0;
      // A driver may visit a limited part of its backend per call.
      for (let calls = 0; calls < 20; calls += 1) removed += await store.gc();
      assert.equal(removed, 1, 'the mark must be collected like any record');
      assert.equal(await module.peek?.(sessionKey(id), place), undefined, 'the mark is still stored');
      assert.equal((await store.load(newId)).exists, true);
    },
  },
  {
    ...moved,
    id: 'move.not-listed',
    level: 'capability',
    claims: 'subjects',
    title: 'list() shows a moved session once, and destroyAll({ except }) follows an old id.',
    async run({ start }) {
      const store = await start();
      const ids = await moveAlong(store, 2, 'ada');
      const others = await moveAlong(store, 1, 'ada');
      const handles = (await store.list('ada')).map(({ handle }) => handle).sort();
      assert.deepEqual(handles, [ids.at(-1), others.at(-1)].map((id) => sessionKey(id as string)).sort());
      assert.equal(
        await store.destroyAll('ada', { except: ids[0] as string }),
        1,
        'a mark must not be counted as a session',
      );
      assert.equal((await store.load(ids.at(-1) as string)).exists, true, 'the spared session was ended');
      assert.equal((await store.load(others.at(-1) as string)).exists, false);
      assert.equal(await store.destroyAll('ada'), 1);
    },
  },
  {
    ...moved,
    id: 'subjects.given-up',
    level: 'capability',
    claims: 'subjects',
    title: 'destroyAll() with an old id or an old handle spares or ends the session that has moved.',
    async run({ start }) {
      const store = await start();
      const isAlive = async (id: string) => (await store.load(id)).exists;
      const other = await moveAlong(store, 0, 'ada');
      for (const which of [0, 1, 2]) {
        const ids = await moveAlong(store, 2, 'ada');
        const [given, last] = [ids[which], ids.at(-1)] as [string, string];
        const only = sessionKey(given);
        assert.equal(await store.destroyAll('grace', { only }), 0, 'the session belongs to another subject');
        assert.equal(await store.destroyAll('ada', { only, except: last }), 0, 'the same session is spared');
        assert.equal(await store.destroyAll('ada', { only: sessionKey(last), except: given }), 0);
        assert.equal(await isAlive(last), true);
        assert.equal(await store.destroyAll('ada', { only }), 1, `only, by id ${which + 1} of 3`);
        assert.equal(await isAlive(last), false);
        assert.equal(await store.destroyAll('ada', { only }), 0, 'the session has already ended');
        assert.equal(await isAlive(other[0] as string), true, 'another session was ended');
      }
      const ids = await moveAlong(store, 2, 'ada');
      const spare = { except: ids[1] as string };
      assert.equal(await store.destroyAll('ada', spare), 1);
      assert.equal(await isAlive(ids[2] as string), true, 'the spared session was ended');
      assert.equal(await isAlive(other[0] as string), false);
    },
  },
  {
    ...moved,
    id: 'move.not-counted',
    needs: ['scan'],
    title: 'count() and entries() leave marks out, and clear() ends a moved session and counts it once.',
    async run({ start }) {
      const store = await start();
      const ids = await moveAlong(store, 3);
      assert.equal(await store.count(), 1);
      const handles: string[] = [];
      for await (const { handle } of store.entries()) handles.push(handle);
      assert.deepEqual(handles, [sessionKey(ids.at(-1) as string)]);
      assert.equal(await store.clear(), 1);
      for (const id of ids) assert.equal((await store.load(id)).exists, false);
    },
  },
];
