import { setImmediate as nextTurn } from 'node:timers/promises';
import { lifetime, type OpenContender } from '../contender.ts';
import type { Plan } from '../plan.ts';
import { sessionId } from '../workload/content.ts';
import { expectRows, fill } from '../workload/fill.ts';
import type { Entrant } from '../workload/operations.ts';
import { clearGarbage } from './block.ts';
import { seededRandom, shuffled } from './order.ts';
import { quantile } from './statistics.ts';

/** The cost of one contender's garbage collection, and its effect on concurrent loads. */
export interface Collection {
  contender: string;
  round: number;
  milliseconds: number;
  /** The longest time for which it blocked the event loop, in milliseconds. */
  longestBlock: number;
  /** The 99th percentile of the loads' latencies, and of the same loads without garbage collection. */
  loadP99: number;
  idleP99: number;
}

/** Makes each contender remove expired sessions while others are loaded, one per turn of the event loop, and counts what is left. */
export async function runCollections(
  collectors: Entrant[],
  { collected, resident }: Plan,
  onStep: (text: string, share: number) => void,
): Promise<Collection[]> {
  const live = collected.sessions - collected.expired;
  const random = seededRandom(1);
  const results: Collection[] = [];

  for (const { name, store } of collectors) {
    onStep(`filling ${name} for garbage collection`, 0);
    await fill(store, resident, live - resident);
  }
  const deadline = performance.now() + collected.seconds * 1000;
  for (let round = 1; round <= collected.rounds; round++) {
    if (round > 1 && performance.now() > deadline) break;
    for (const { name, store } of shuffled(collectors, random)) {
      onStep(`garbage collection ${round} of ${collected.rounds}, ${name}`, round / (collected.rounds + 1));
      // These numbers are used nowhere else. Each round can reuse them, because the previous one has removed their sessions.
      await fill(store, 100_000_000, collected.expired, Date.now() - 2 * lifetime);
      await store.maintain?.();
      await clearGarbage();
      await expectRows(name, store, collected.sessions);
      const idle = await loadDuring(() => nextTurn(), store, live, 200);
      const busy = await loadDuring(() => store.gc?.(), store, live, 0);
      await expectRows(name, store, live);
      results.push({ contender: name, round, ...busy, idleP99: idle.loadP99 });
    }
  }
  return results;
}

/** Keeps loading until `work` is done, and for at least `atLeast` milliseconds. */
async function loadDuring(work: () => unknown, store: OpenContender, live: number, atLeast: number) {
  const latencies: number[] = [];
  let longestBlock = 0;
  let milliseconds = 0;
  const begin = performance.now();
  const finished = nextTurn()
    .then(work)
    .then(() => {
      milliseconds = performance.now() - begin;
    });

  for (let n = 0; milliseconds === 0 || performance.now() - begin < atLeast; n++) {
    const start = performance.now();
    await nextTurn();
    longestBlock = Math.max(longestBlock, performance.now() - start);
    await store.load(sessionId((n * 7919) % live));
    latencies.push(performance.now() - start);
  }
  await finished;
  return { milliseconds, longestBlock, loadP99: quantile(latencies, 0.99) };
}
