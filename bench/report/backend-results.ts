import type { Backend, Comparison, Contender } from '../contender.ts';
import type { Collection } from '../measure/collection.ts';
import type { Measurement } from '../measure/measure-backend.ts';
import type { Sample } from '../measure/rounds.ts';
import { median, pairedRatios, quantile, type Spread, spread } from '../measure/statistics.ts';
import type { Plan } from '../plan.ts';
import { operations } from '../workload/operations.ts';
import type {
  BackendResults,
  CellResults,
  CollectionLine,
  CollectionResults,
  ComparisonResults,
  Run,
} from './results.ts';

/** Makes medians, ratios and quartiles of all that was measured of a backend. */
export function backendResults(
  backend: Backend,
  { samples, collections, blocks }: Measurement,
  plan: Plan,
  run: Run,
): BackendResults {
  return {
    run,
    title: backend.title,
    resident: plan.resident,
    rounds: new Set(samples.map(({ round }) => round)).size,
    blocks,
    comparisons: backend.comparisons.map((comparison) => comparisonResults(comparison, samples)),
    ...(backend.collectors.length > 0 && {
      collection: collectionResults(backend.collectors, collections, plan.collected),
    }),
  };
}

function comparisonResults(
  { title, note, baseline, lines }: Comparison,
  samples: Sample[],
): ComparisonResults {
  const cells = [...new Set(samples.map(({ inFlight }) => inFlight))].flatMap((inFlight) =>
    operations.map(({ name: operation }) => ({ inFlight, operation })),
  );
  const of = (contender: string, cell: { inFlight: number; operation: string }) =>
    samples.filter(
      (sample) =>
        sample.contender === contender &&
        sample.operation === cell.operation &&
        sample.inFlight === cell.inFlight,
    );
  return {
    title,
    note,
    baseline: baseline.name,
    lines: lines.map(({ name, caveat }) => ({
      name,
      ...(caveat !== undefined && { caveat }),
      cells: cells.flatMap((cell) => cellResults(cell, of(name, cell), of(baseline.name, cell))),
    })),
  };
}

/** None when the contender has no such operation. */
function cellResults(
  cell: { inFlight: number; operation: string },
  own: Sample[],
  base: Sample[],
): CellResults[] {
  if (own.length === 0) return [];
  const rate = compare(own, base, ({ done, milliseconds }) => (done / milliseconds) * 1000);
  const processor = compare(own, base, ({ done, cpu }) => cpu / done);
  return [
    {
      ...cell,
      rate: rate.median,
      rateRatio: rate.ratio,
      processor: processor.median,
      processorRatio: processor.ratio,
      p99: quantile(
        own.flatMap(({ latencies }) => latencies),
        0.99,
      ),
    },
  ];
}

function compare(
  own: Sample[],
  base: Sample[],
  figure: (sample: Sample) => number,
): { median: number; ratio: Spread } {
  const byTurn = (samples: Sample[]) => new Map(samples.map((sample) => [sample.turn, figure(sample)]));
  const values = byTurn(own);
  return { median: median([...values.values()]), ratio: spread(pairedRatios(values, byTurn(base))) };
}

function collectionResults(
  collectors: Contender[],
  results: Collection[],
  { sessions, expired }: Plan['collected'],
): CollectionResults {
  const of = (name: string) => results.filter(({ contender }) => contender === name);
  const blocks = (list: Collection[]) =>
    new Map(list.map(({ round, longestBlock }) => [round, longestBlock]));
  const base = blocks(of(collectors[0]?.name ?? ''));
  const lines = collectors.map(({ name }): CollectionLine => {
    const own = of(name);
    const middle = (figure: (result: Collection) => number) => median(own.map(figure));
    const loads = (when: 'loads' | 'idle') => ({
      perSecond: middle((result) => result[when].perSecond),
      p99: middle((result) => result[when].p99),
      slowest: middle((result) => result[when].slowest),
    });
    return {
      name,
      milliseconds: middle(({ milliseconds }) => milliseconds),
      longestBlock: middle(({ longestBlock }) => longestBlock),
      longestBlockRatio: median(pairedRatios(blocks(own), base)),
      loads: loads('loads'),
      idle: loads('idle'),
    };
  });
  return { sessions, expired, rounds: new Set(results.map(({ round }) => round)).size, lines };
}
