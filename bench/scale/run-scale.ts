import type { OpenContender } from '../contender.ts';
import { runBlock } from '../measure/block.ts';
import { clearLitter } from '../measure/litter.ts';
import { seededRandom, shuffled } from '../measure/order.ts';
import { operations as all, type Entrant, type Operation } from '../workload/operations.ts';
import { costBetween, costSum, processCost } from './process-cost.ts';
import type { ScalePlan } from './scale-plan.ts';
import type { ProcessCost } from './scale-results.ts';

/** One contender among so many sessions. */
export interface SizedEntrant extends Entrant {
  size: number;
}

/** What one contender at one size did of one operation in one round. */
export interface ScaleSample {
  contender: string;
  size: number;
  operation: string;
  inFlight: number;
  round: number;
  done: number;
  milliseconds: number;
  latencies: number[];
  cost: ProcessCost;
}

export const scaleOperations = ['load hit', 'save over', 'request', 'save new'];

/**
 * Lets all sizes take turns, as contenders do: whatever else the machine does hits all alike. No block visits a session that
 * the one before has just visited, so that among many sessions each visit is, as in life, to one that was left alone for long.
 */
export async function runScale(
  entrants: SizedEntrant[],
  plan: ScalePlan,
  seconds: number,
  onStep: (text: string, share: number) => void,
): Promise<ScaleSample[]> {
  const random = seededRandom(1);
  const operations = all.filter(({ name }) => scaleOperations.includes(name));
  const longestBlock = Math.max(...plan.blockSize.values());
  const samples: ScaleSample[] = [];
  const deadline = performance.now() + seconds * 1000;
  let serial = 0;

  for (let round = 0; round <= plan.rounds; round++) {
    if (round > 2 && performance.now() > deadline) break;
    for (const [inFlight, count] of plan.blockSize) {
      for (const operation of operations) {
        onStep(
          `round ${round} of ${plan.rounds}, ${inFlight} in flight, ${operation.name}`,
          round / (plan.rounds + 1),
        );
        for (const { store } of entrants) await store.settle();
        const sums = new Map<SizedEntrant, ScaleSample>();
        for (let block = 0; block < plan.blocks; block++) {
          const from = serial++ * longestBlock;
          for (const entrant of shuffled(entrants, random)) {
            const sample = await runSample(entrant, operation, inFlight, { from, count, round });
            sums.set(entrant, added(sums.get(entrant), sample));
          }
        }
        if (round > 0) samples.push(...sums.values());
      }
      for (const { store, created } of entrants) await destroyAll(store, created);
    }
  }
  return samples;
}

async function runSample(
  entrant: SizedEntrant,
  operation: Operation,
  inFlight: number,
  { from, count, round }: { from: number; count: number; round: number },
): Promise<ScaleSample> {
  const block = await operation.prepare(entrant, { from, count, resident: entrant.size });
  if (!block) throw new Error(`${entrant.name} cannot ${operation.name}.`);
  await clearLitter();
  const before = processCost();
  const { done, milliseconds, latencies } = await runBlock(block, inFlight, entrant.store.rest);
  const cost = costBetween(before, processCost());
  block.finished?.();
  const { name: contender, size } = entrant;
  return { contender, size, operation: operation.name, inFlight, round, done, milliseconds, latencies, cost };
}

function added(sum: ScaleSample | undefined, sample: ScaleSample): ScaleSample {
  if (!sum) return sample;
  return {
    ...sum,
    done: sum.done + sample.done,
    milliseconds: sum.milliseconds + sample.milliseconds,
    latencies: [...sum.latencies, ...sample.latencies],
    cost: costSum(sum.cost, sample.cost),
  };
}

async function destroyAll(store: OpenContender, created: string[]): Promise<void> {
  for (const id of created.splice(0)) await store.destroy(id);
}
