import type { Plan } from '../plan.ts';
import type { Entrant, Operation } from '../workload/operations.ts';
import { type BlockResult, runBlock } from './block.ts';
import { clearLitter } from './litter.ts';
import { seededRandom, shuffled } from './order.ts';
import { median } from './statistics.ts';

/** What one contender did of one operation in one turn: a block, or for operations that write all blocks of a round. */
export interface Sample extends BlockResult {
  contender: string;
  operation: string;
  inFlight: number;
  round: number;
  /** What is compared are samples of the same turn. */
  turn: number;
}

/**
 * Lets all contenders do the workload in turn. They change places after every block of a few milliseconds, in a new order
 * each time, so that whatever else the machine does hits all alike.
 *
 * Feasibility: identical code differed by 1.27 when it took turns of 80 ms only.
 */
export async function runRounds(
  entrants: Entrant[],
  operations: Operation[],
  plan: Plan,
  onStep: (text: string, share: number) => void,
): Promise<Sample[]> {
  const random = seededRandom(1);
  const samples: Sample[] = [];
  const counts = new Map<string, Map<Entrant, number>>();
  const steps = (plan.rounds + 1) * plan.blockSize.size * operations.length;
  let step = 0;
  const deadline = performance.now() + plan.seconds * 1000;

  for (let round = 0; round <= plan.rounds; round++) {
    if (round > 2 && performance.now() > deadline) break;
    for (const [inFlight, blockSize] of plan.blockSize) {
      for (const operation of operations) {
        const label = round === 0 ? 'warm-up' : `round ${round} of ${plan.rounds}`;
        onStep(`${label}, ${inFlight} in flight, ${operation.name}`, step++ / steps);
        const cell = `${operation.name} ${inFlight}`;
        for (const { store } of entrants) await store.settle();
        const taken = new Map<number, Map<Entrant, BlockResult>>();

        for (let block = 0; block < plan.blocks; block++) {
          const serial = round * plan.blocks + block;
          const turn = operation.writes && round > 0 ? round : serial;
          const sums = taken.get(turn) ?? new Map<Entrant, BlockResult>();
          taken.set(turn, sums);
          for (const entrant of shuffled(entrants, random)) {
            const count = counts.get(cell)?.get(entrant) ?? blockSize;
            const from = inFlight * 100_000 + serial * blockSize;
            const ready = await operation.prepare(entrant, { from, count, resident: plan.resident });
            if (!ready) continue;
            await clearLitter();
            add(sums, entrant, await runBlock(ready, inFlight, entrant.store.rest));
            ready.finished?.();
          }
        }

        if (round === 0) {
          counts.set(cell, shortBlocks([...taken.values()], blockSize, inFlight, plan.longest));
          continue;
        }
        for (const [turn, sums] of taken) {
          for (const [{ name: contender }, sum] of sums) {
            samples.push({ contender, operation: operation.name, inFlight, round, turn, ...sum });
          }
        }
      }
      for (const entrant of entrants) await restore(entrant, plan.resident);
    }
  }
  return samples;
}

function add(sums: Map<Entrant, BlockResult>, entrant: Entrant, result: BlockResult): void {
  const sum = sums.get(entrant);
  if (!sum) {
    sums.set(entrant, result);
    return;
  }
  sum.done += result.done;
  sum.milliseconds += result.milliseconds;
  sum.cpu += result.cpu;
  for (const latency of result.latencies) sum.latencies.push(latency);
}

/**
 * How long blocks are from the warm-up on. The number is fixed before it counts: a block that ended when its time is up
 * would end early just when something slow, such as a checkpoint, happened in it.
 */
function shortBlocks(
  turns: Map<Entrant, BlockResult>[],
  blockSize: number,
  inFlight: number,
  longest: number,
): Map<Entrant, number> {
  const each = new Map<Entrant, number>();
  for (const entrant of turns[0]?.keys() ?? []) {
    const times = turns
      .flatMap((sums) => sums.get(entrant) ?? [])
      .map(({ done, milliseconds }) => milliseconds / done);
    each.set(entrant, median(times));
  }
  const quickest = Math.min(...each.values());
  return new Map(
    [...each].map(([entrant, time]) => {
      const size = Math.min(blockSize, Math.round((blockSize * longest * quickest) / time));
      return [entrant, Math.max(inFlight, size)];
    }),
  );
}

/** Removes what `destroy` left, and makes sure that no session was lost on the way. */
async function restore({ name, store, created }: Entrant, resident: number): Promise<void> {
  for (const id of created.splice(0)) await store.destroy(id);
  const rows = await store.rows();
  if (rows !== resident) throw new Error(`${name} holds ${rows} sessions after a round, not ${resident}.`);
}
