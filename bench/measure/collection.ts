import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Plan } from '../plan.ts';
import { sessionId } from '../workload/content.ts';
import { fill, fillExpired } from '../workload/fill.ts';
import type { Entrant } from '../workload/operations.ts';
import { clearLitter } from './litter.ts';
import { seededRandom, shuffled } from './order.ts';
import { quantile } from './statistics.ts';

/** What one garbage collection of one contender cost, and what it did to the loads beside it. */
export interface Collection {
  contender: string;
  round: number;
  milliseconds: number;
  /** The longest time in which the event loop did nothing else, in milliseconds. */
  longestBlock: number;
  loads: LoadFigures;
  idle: LoadFigures;
}

interface LoadFigures {
  perSecond: number;
  p99: number;
  slowest: number;
}

/**
 * Lets each contender remove expired sessions while one session after another is loaded, a turn of the event loop apart.
 * Whether the rows are really gone is checked, and no result otherwise.
 */
export async function runCollections(
  entrants: Entrant[],
  { collected, resident, rounds }: Pick<Plan, 'collected' | 'resident' | 'rounds'>,
  onStep: (text: string, share: number) => void,
): Promise<Collection[]> {
  const collectors = entrants.filter(({ store }) => store.gc && store.saveExpired);
  const live = collected.sessions - collected.expired;
  const results: Collection[] = [];
  const steps = collectors.length * (collected.rounds + 1);
  let step = 0;

  for (const { name, store } of collectors) {
    onStep(`filling ${name} for garbage collection`, step++ / steps);
    await fill(store, resident, live - resident);
  }
  const random = seededRandom(rounds);
  const deadline = performance.now() + collected.seconds * 1000;
  for (let round = 1; round <= collected.rounds; round++) {
    if (round > 1 && performance.now() > deadline) break;
    for (const { name, store } of shuffled(collectors, random)) {
      onStep(`garbage collection ${round} of ${collected.rounds}, ${name}`, step++ / steps);
      await fillExpired(store, collected.expired);
      await store.settle();
      await clearLitter();
      assertRows(name, await store.rows(), collected.sessions);
      const idle = await loadsBeside(store, live, () => nextTurn(undefined, { ref: true }), 200);
      const busy = await loadsBeside(store, live, () => store.gc?.(), 0);
      assertRows(name, await store.rows(), live);
      results.push({
        contender: name,
        round,
        milliseconds: busy.milliseconds,
        longestBlock: busy.longestBlock,
        loads: busy.loads,
        idle: idle.loads,
      });
    }
  }
  return results;
}

/** Loads until `work` is done, and for `atLeast` milliseconds. */
async function loadsBeside(
  store: Entrant['store'],
  live: number,
  work: () => unknown,
  atLeast: number,
): Promise<{ milliseconds: number; longestBlock: number; loads: LoadFigures }> {
  const latencies: number[] = [];
  let longestBlock = 0;
  let milliseconds: number | undefined;
  const begin = performance.now();
  const finished = (async () => {
    await nextTurn();
    await work();
    milliseconds = performance.now() - begin;
  })();

  for (let n = 0; milliseconds === undefined || performance.now() - begin < atLeast; n++) {
    const start = performance.now();
    await nextTurn();
    const turn = performance.now();
    longestBlock = Math.max(longestBlock, turn - start);
    await store.load(sessionId((n * 7919) % live));
    latencies.push(performance.now() - start);
  }
  const elapsed = performance.now() - begin;
  await finished;
  return {
    milliseconds: milliseconds ?? elapsed,
    longestBlock,
    loads: {
      perSecond: (latencies.length / elapsed) * 1000,
      p99: quantile(latencies, 0.99),
      slowest: quantile(latencies, 1),
    },
  };
}

function assertRows(name: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${name} holds ${found} sessions around gc, not ${expected}.`);
}
