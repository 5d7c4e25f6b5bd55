import assert from 'node:assert/strict';
import { createSessionId, type SessionStore } from '@store/core';
import { sessionKey } from '@store/core/driver';
import { increase, keep } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';

const race = { level: 'required', kinds: ['records'], needs: ['instances', 'move'] } as const;
const rounds = 200;
const newIds = (count: number) => Array.from({ length: count }, () => createSessionId());
async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Starts the calls in an order that changes from round to round, up to two turns of the event loop apart. */
async function allAtOnce<T>(round: number, calls: (() => Promise<T>)[]): Promise<T[]> {
  const results: Promise<T>[] = [];
  for (let n = 0; n < calls.length; n += 1) {
    const which = (n + round) % calls.length;
    results[which] = (async () => {
      await turns(n * (Math.floor(round / calls.length) % 3));
      return (calls[which] as () => Promise<T>)();
    })();
  }
  return Promise.all(results);
}

async function aliveOf(store: SessionStore, ids: string[]): Promise<string[]> {
  const found = await Promise.all(ids.map(async (id) => ((await store.load(id)).exists ? [id] : [])));
  return found.flat();
}

/** Sessions that move and end at the same moment, in several stores of one process. */
export const movedRaceCases: ConformanceCase[] = [
  {
    ...race,
    id: 'move.destroyed',
    title: 'A logout holds against a parallel move: once destroy() has resolved, neither id is alive.',
    async run({ instances }) {
      const [one, other] = await instances({}, {});
      for (let round = 0; round < rounds; round += 1) {
        const [id, newId] = newIds(2) as [string, string];
        await one.save(id, { round }, {});
        const base = await one.load(id);
        // With a base, the move is the first call that reaches the backend. Hence both orders, at varying intervals.
        const moves = async () => one.update(id, keep, round % 4 < 2 ? { newId, base } : { newId });
        await allAtOnce<unknown>(round, [moves, () => other.destroy(id)]);
        assert.deepEqual(
          await aliveOf(other, [id, newId]),
          [],
          'destroy(old id) resolved, but an id is still alive',
        );
      }
    },
  },
  {
    ...race,
    id: 'move.race',
    title: 'If two stores move a session while a third destroys it, the session stays dead.',
    async run({ instances }) {
      const [one, two, three] = await instances({}, {}, {});
      for (let round = 0; round < rounds; round += 1) {
        const ids = newIds(4) as [string, string, string, string];
        const [id, first, second, third] = ids;
        await one.save(id, { round }, {});
        await allAtOnce<unknown>(round, [
          () => one.update(id, keep, { newId: first }),
          async () => {
            if (await two.update(id, keep, { newId: second }))
              await two.update(second, keep, { newId: third });
          },
          () => three.destroy(id),
        ]);
        // A move that starts after the destroy finds nothing; an earlier one leaves a mark that the destroy follows.
        assert.deepEqual(await aliveOf(three, ids), [], 'destroy(old id) resolved, but an id is still alive');
      }
    },
  },
  {
    ...race,
    id: 'move.race-alive',
    title: 'Without a destroy, a session that several stores move is alive under exactly one id.',
    async run({ instances }) {
      const stores = await instances({}, {}, {});
      for (let round = 0; round < rounds / 2; round += 1) {
        const id = createSessionId();
        const ids = newIds(3);
        await stores[0].save(id, { count: 0 }, {});
        const [, ...won] = await allAtOnce(round, [
          () => stores[0].update(id, increase),
          ...stores.map((store, n) => () => store.update(id, keep, { newId: ids[n] as string })),
        ]);
        const alive = await aliveOf(stores[1], [id, ...ids]);
        assert.equal(
          alive.length,
          1,
          `the session must be alive under exactly one id, but ${alive.length} are alive`,
        );
        assert.equal(won.filter(Boolean).length, 1, 'exactly one move must win');
        assert.equal(
          alive[0],
          ids[won.indexOf(true)],
          'the session must be alive under the id of the winner',
        );
      }
    },
  },
  {
    ...race,
    id: 'move.login-logout',
    title: 'A logout with the old id holds against a login that moves the session, whichever comes first.',
    async run({ instances }) {
      const [login, logout] = await instances({}, {});
      for (let round = 0; round < rounds; round += 1) {
        const [id, newId] = newIds(2) as [string, string];
        await login.save(id, { cart: [round] }, {});
        const base = await login.load(id);
        const [done] = await allAtOnce<unknown>(round, [
          () => login.update(id, keep, { newId, base, subject: 'ada' }),
          () => logout.destroy(id),
        ]);
        assert.equal(typeof done, 'boolean');
        assert.deepEqual(await aliveOf(logout, [id, newId]), [], 'logged out, but a session is still alive');
      }
    },
  },
  {
    ...race,
    id: 'subjects.moving',
    level: 'capability',
    claims: 'subjects',
    title: 'destroyAll() ends sessions that move at the same moment, under both their old and new ids.',
    async run({ instances }) {
      const [one, other] = await instances({}, {});
      for (let round = 0; round < rounds / 4; round += 1) {
        const ids = newIds(4);
        const next = newIds(4);
        await Promise.all(ids.map((id) => one.save(id, { round }, {}, { subject: 'ada' })));
        const moves = ids.map((id, n) => () => one.update(id, keep, { newId: next[n] as string }));
        await allAtOnce<unknown>(round, [...moves, () => other.destroyAll('ada')]);
        assert.deepEqual(
          await aliveOf(other, [...ids, ...next]),
          [],
          'destroyAll() resolved, but an id is still alive',
        );
        assert.deepEqual(await other.list('ada'), []);
      }
    },
  },
  {
    ...race,
    id: 'subjects.only-moving',
    level: 'capability',
    claims: 'subjects',
    title: 'destroyAll({ only }) with the old handle ends a session that moves at the same moment.',
    async run({ instances }) {
      const [one, other] = await instances({}, {});
      for (let round = 0; round < rounds; round += 1) {
        const ids = newIds(3) as [string, string, string];
        const [id, second, third] = ids;
        await one.save(id, { round }, {}, { subject: 'ada' });
        const [, ended] = await allAtOnce<unknown>(round, [
          async () => {
            if (await one.update(id, keep, { newId: second }))
              await one.update(second, keep, { newId: third });
          },
          () => other.destroyAll('ada', { only: sessionKey(id) }),
        ]);
        assert.deepEqual(await aliveOf(other, ids), [], 'destroyAll() resolved, but an id is still alive');
        assert.equal(ended, 1, 'the session must be counted');
      }
    },
  },
  {
    ...race,
    id: 'move.race-clear',
    needs: ['instances', 'move', 'scan'],
    title: 'clear() ends sessions that move at the same moment.',
    async run({ instances }) {
      const [one, other] = await instances({}, {});
      for (let round = 0; round < rounds / 4; round += 1) {
        const ids = newIds(6);
        const next = newIds(6);
        await Promise.all(ids.map((id) => one.save(id, { round }, {})));
        const moves = ids.map((id, n) => () => one.update(id, keep, { newId: next[n] as string }));
        await allAtOnce<unknown>(round, [...moves, () => other.clear()]);
        const alive = await aliveOf(other, [...ids, ...next]);
        assert.deepEqual(alive, [], 'clear() resolved, but an id is still alive');
      }
    },
  },
];
