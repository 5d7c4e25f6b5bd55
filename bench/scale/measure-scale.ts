import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { median, pairedRatios, quantile, spread } from '../measure/statistics.ts';
import type { Setting } from '../parts.ts';
import { fill } from '../workload/fill.ts';
import { costEach } from './process-cost.ts';
import { runScale, type ScaleSample, type SizedEntrant } from './run-scale.ts';
import type { ScalePlan } from './scale-plan.ts';
import type { ProcessCost, ScaleCell, ScalePoint, ScaleResults } from './scale-results.ts';
import type { ScaleSubject } from './scale-subject.ts';

/** At once: enough for the progress to be seen, and for writes that are committed together to be so. */
const filledAtOnce = 10_000;

/** Fills a store of each size with sessions, measures them in turn, looks at the disk, and leaves nothing behind. */
export async function measureScale(
  { name, title, contenders, inspect }: ScaleSubject,
  plan: ScalePlan,
  {
    plan: { seconds },
    directory: parent,
    onStep,
    run,
  }: Pick<Setting, 'plan' | 'directory' | 'onStep' | 'run'>,
): Promise<ScaleResults> {
  const directory = mkdtempSync(join(parent, `scale-${name}-`));
  const entrants: (SizedEntrant & { directory: string })[] = [];
  try {
    for (const size of plan.sizes) {
      for (const contender of contenders) {
        const own = join(directory, String(entrants.length));
        mkdirSync(own);
        const store = await contender.open(own);
        entrants.push({ name: contender.name, store, created: [], size, directory: own });
        for (let from = 0; from < size; from += filledAtOnce) {
          onStep(`filling ${contender.name}, ${from} of ${size}`, 0);
          await fill(store, from, Math.min(filledAtOnce, size - from));
        }
      }
    }
    const samples = await runScale(entrants, plan, seconds, onStep);
    const points: ScalePoint[] = [];
    for (const entrant of entrants) {
      onStep(`looking at ${entrant.name} with ${entrant.size}`, 1);
      await entrant.store.settle();
      const rows = await entrant.store.rows();
      if (rows !== entrant.size)
        throw new Error(`${entrant.name} holds ${rows} sessions, not ${entrant.size}.`);
      points.push({
        contender: entrant.name,
        sessions: entrant.size,
        ...(await inspect(entrant.directory)),
        cells: cellsOf(entrant, samples, plan.sizes[0] ?? entrant.size),
      });
    }
    return { run: run(), title, rounds: new Set(samples.map(({ round }) => round)).size, points };
  } finally {
    onStep('cleaning up', 1);
    for (const { store } of entrants) await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

export function cellsOf(
  { name, size }: { name: string; size: number },
  samples: ScaleSample[],
  smallest: number,
): ScaleCell[] {
  const mine = samples.filter((sample) => sample.contender === name);
  const cells = new Map(
    mine.map(({ operation, inFlight }) => [`${inFlight} ${operation}`, { operation, inFlight }]),
  );
  return [...cells.values()].map(({ operation, inFlight }) => {
    const at = (sessions: number) =>
      mine.filter(
        (sample) =>
          sample.size === sessions && sample.operation === operation && sample.inFlight === inFlight,
      );
    const own = at(size);
    const rates = byRound(own);
    return {
      operation,
      inFlight,
      rate: median([...rates.values()]),
      rateRatio: spread(pairedRatios(rates, byRound(at(smallest)))),
      p99: quantile(
        own.flatMap(({ latencies }) => latencies),
        0.99,
      ),
      cost: medianCost(own.map(({ cost, done }) => costEach(cost, done))),
    };
  });
}

function byRound(samples: ScaleSample[]): Map<number, number> {
  return new Map(samples.map(({ round, done, milliseconds }) => [round, (done / milliseconds) * 1000]));
}

function medianCost(costs: ProcessCost[]): ProcessCost {
  const keys = Object.keys(costs[0] ?? {}) as (keyof ProcessCost)[];
  return Object.fromEntries(
    keys.map((key) => [key, median(costs.map((cost) => cost[key]))]),
  ) as unknown as ProcessCost;
}
