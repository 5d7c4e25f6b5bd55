import type { Plan } from '../plan.ts';
import { expectRows } from '../workload/fill.ts';
import type { Entrant, Operation } from '../workload/operations.ts';
import { type BlockResult, runBlock } from './block.ts';
import { seededRandom, shuffled } from './order.ts';

/** One contender, one operation, one turn: a single block or, for operations that write, all blocks of a round. */
export interface Sample extends BlockResult {
  contender: string;
  operation: string;
  inFlight: number;
  round: number;
  /** Only samples of the same turn are compared. */
  turn: number;
}

/** The most a block may take, as a multiple of the fastest contender's: slower contenders get shorter blocks. */
const longest = 4;

/**
 * Runs the workload on all contenders in turn. They take turns in blocks of a few milliseconds, in a new order each
 * time, so that other load on the machine affects all of them equally. With longer turns, even two runs of identical code differ.
 */
export async function runRounds(
  entrants: Entrant[],
  operations: Operation[],
  plan: Plan,
  onStep: (text: string, share: number) => void,
): Promise<Sample[]> {
  const random = seededRandom(1);
  const samples: Sample[] = [];
  let shares = new Map<string, number>();
  const deadline = performance.now() + plan.seconds * 1000;

  for (let round = 0; round <= plan.rounds; round++) {
    if (round > 2 && performance.now() > deadline) break;
    const label = round === 0 ? 'warm-up' : `round ${round} of ${plan.rounds}`;
    for (const [index, inFlight] of plan.inFlight.entries()) {
      const blockSize = plan.blockSizes[index] as number;
      for (const operation of operations) {
        onStep(`${label}, ${inFlight} in flight, ${operation.name}`, round / (plan.rounds + 1));
        for (const { store } of entrants) await store.maintain?.();
        for (let block = 0; block < plan.blocks; block++) {
          const serial = round * plan.blocks + block;
          const from = inFlight * 100_000 + serial * blockSize;
          for (const entrant of shuffled(entrants, random)) {
            const of = { contender: entrant.name, operation: operation.name, inFlight };
            const count = Math.max(inFlight, Math.round(blockSize * (shares.get(cellOf(of)) ?? 1)));
            const ready = await operation.prepare(entrant, { from, count, resident: plan.resident });
            if (!ready) continue;
            const result = await runBlock(ready, inFlight, entrant.store.rest);
            const turn = operation.writes ? round : serial;
            samples.push({ ...of, round, turn, ...result });
          }
        }
      }
      for (const entrant of entrants) await restore(entrant, plan.resident);
    }
    if (round === 0) shares = fairShares(samples.splice(0));
  }
  return merged(samples, (sample) => `${cellOf(sample)} ${sample.turn}`);
}

type Cell = Pick<Sample, 'contender' | 'operation' | 'inFlight'>;

const cellOf = ({ contender, operation, inFlight }: Cell) => `${contender} ${operation} ${inFlight}`;

/** Merges samples that have the same key into one. */
function merged(samples: Sample[], keyOf: (sample: Sample) => string): Sample[] {
  return [...Map.groupBy(samples, keyOf).values()].map((group) => {
    const total = (figure: (sample: Sample) => number) => group.reduce((sum, one) => sum + figure(one), 0);
    return {
      ...(group[0] as Sample),
      done: total(({ done }) => done),
      milliseconds: total(({ milliseconds }) => milliseconds),
      cpu: total(({ cpu }) => cpu),
      latencies: group.flatMap(({ latencies }) => latencies),
    };
  });
}

/**
 * The share of a block's operations that each contender gets. It is fixed after the warm-up, because a block that ran until a
 * deadline would end early precisely when something slow, such as a checkpoint, happened in it.
 */
function fairShares(warmUp: Sample[]): Map<string, number> {
  const timeOf = ({ milliseconds, done }: Sample) => milliseconds / done;
  const columns = Map.groupBy(merged(warmUp, cellOf), (cell) => `${cell.operation} ${cell.inFlight}`);
  const shares = [...columns.values()].flatMap((cells) => {
    const allowed = longest * Math.min(...cells.map(timeOf));
    return cells.map((cell) => [cellOf(cell), Math.min(1, allowed / timeOf(cell))] as const);
  });
  return new Map(shares);
}

/** Removes what `destroy` left behind, and checks that no session was lost. */
async function restore({ name, store, created }: Entrant, resident: number): Promise<void> {
  for (const id of created.splice(0)) await store.destroy(id);
  await expectRows(name, store, resident);
}
