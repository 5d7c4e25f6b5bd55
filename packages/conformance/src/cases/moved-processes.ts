import assert from 'node:assert/strict';
import { createSessionId, type SessionStore } from '@store/core';
import type { ConformanceCase } from './conformance-case.ts';

const shared = {
  level: 'capability',
  kinds: ['records'],
  claims: 'sharedBetweenProcesses',
  needs: ['processes', 'move'],
} as const;
const rounds = 150;
const newIds = (count: number) => Array.from({ length: count }, () => createSessionId());

async function aliveOf(store: SessionStore, ids: string[]): Promise<string[]> {
  const found = await Promise.all(ids.map(async (id) => ((await store.load(id)).exists ? [id] : [])));
  return found.flat();
}

/** The live ids, once they no longer change: the backend may still be executing requests from a dead process. */
async function aliveAtLast(store: SessionStore, ids: string[]): Promise<string[]> {
  let before = await aliveOf(store, ids);
  for (let left = 50; ; left -= 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const now = await aliveOf(store, ids);
    if (left === 0 || now.join() === before.join()) return now;
    before = now;
  }
}

/** Moves by one process while others end the session, or while the moving process is killed. */
export const movedProcessCases: ConformanceCase[] = [
  {
    ...shared,
    id: 'processes.moved-destroyed',
    title: 'A logout in one process holds against a move by another at the same moment.',
    async run({ start, processes }) {
      const store = await start({ now: Date.now });
      const [mover, destroyer] = await processes(2);
      for (let round = 0; round < rounds; round += 1) {
        const ids = newIds(2) as [string, string];
        await store.save(ids[0], { round }, {});
        const calls = [() => mover.call('move', ...ids), () => destroyer.call('destroy', ids[0])];
        if (round % 2) calls.reverse();
        await Promise.all(calls.map((call): Promise<unknown> => call()));
        assert.deepEqual(await aliveOf(store, ids), [], 'destroy(old id) resolved, but an id is still alive');
      }
    },
  },
  {
    ...shared,
    id: 'processes.moved-race',
    title: 'If two processes move a session while a third destroys it, the session stays dead.',
    async run({ start, processes }) {
      const store = await start({ now: Date.now });
      const [one, two, destroyer] = await processes(3);
      for (let round = 0; round < rounds; round += 1) {
        const ids = newIds(5) as [string, string, string, string, string];
        const [id, a, b, c, d] = ids;
        await store.save(id, { round }, {});
        const calls = [
          () => one?.call('moveAlong', [[id, a, b]]),
          () => two?.call('moveAlong', [[id, c, d]]),
          () => destroyer?.call('destroy', id),
        ];
        const inTurn = [...calls.slice(round % 3), ...calls.slice(0, round % 3)];
        await Promise.all(inTurn.map((call): Promise<unknown> | undefined => call()));
        assert.deepEqual(await aliveOf(store, ids), [], 'destroy(old id) resolved, but an id is still alive');
      }
    },
  },
  {
    ...shared,
    claims: ['sharedBetweenProcesses', 'subjects'],
    id: 'processes.moved-destroy-all',
    title: 'destroyAll() in one process ends sessions that another process moves at the same moment.',
    async run({ start, processes }) {
      const store = await start({ now: Date.now });
      const [mover, destroyer] = await processes(2);
      for (let round = 0; round < rounds / 3; round += 1) {
        const chains = Array.from({ length: 6 }, () => newIds(3));
        await Promise.all(chains.map(([id = '']) => store.save(id, { round }, {}, { subject: 'ada' })));
        const calls = [() => mover.call('moveAlong', chains), () => destroyer.call('destroyAll', 'ada')];
        if (round % 2) calls.reverse();
        await Promise.all(calls.map((call): Promise<unknown> => call()));
        const alive = await aliveOf(store, chains.flat());
        assert.deepEqual(alive, [], 'destroyAll() resolved, but a session of the subject is still alive');
      }
    },
  },
  {
    ...shared,
    id: 'processes.moved-killed',
    title:
      'If a process is killed while it moves sessions, each stays alive under one id, and its first id ends it.',
    async run({ start, processes }) {
      const store = await start({ now: Date.now });
      for (let round = 0; round < 3; round += 1) {
        const movers = await processes(3);
        const work = movers.map((mover) => ({ mover, chains: Array.from({ length: 8 }, () => newIds(60)) }));
        await Promise.all(
          work.map(async ({ mover, chains }) => {
            await Promise.all(chains.map(([id = '']) => store.save(id, { round }, {})));
            const moving = mover.call('moveAlong', chains).catch(() => {});
            const second = chains[0]?.[1] ?? '';
            for (let left = 500; left > 0; left -= 1) {
              const { exists, moved } = await store.load(second);
              if (exists || moved) break;
            }
            await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
            mover.kill();
            await moving;
          }),
        );
        for (const chain of work.flatMap(({ chains }) => chains)) {
          const alive = await aliveAtLast(store, chain);
          assert.equal(alive.length, 1, `exactly one of the ids must be alive, but ${alive.length} are`);
          await store.destroy(chain[0] as string);
          const after = await aliveOf(store, chain);
          assert.deepEqual(
            after,
            [],
            'destroy(first id) must end the session under whichever id it had when the process died',
          );
        }
      }
    },
  },
];
