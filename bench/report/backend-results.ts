import type { Backend } from '../contender.ts';
import type { Collection } from '../measure/collection.ts';
import type { Measurement } from '../measure/measure-backend.ts';
import type { Sample } from '../measure/rounds.ts';
import { median, pairedRatios, quantile, spread } from '../measure/statistics.ts';
import type { Plan } from '../plan.ts';
import type { BackendResults, CellResults, CollectionResults, Run } from './results.ts';

/** Medians, ratios and quartiles of everything measured on a backend. */
export function backendResults(
  { title, note, baseline, lines, collectors }: Backend,
  { samples, collections, blocks }: Measurement,
  { resident, collected: { sessions, expired } }: Plan,
  run: Run,
): BackendResults {
  const cells = Map.groupBy(samples, ({ operation, inFlight }) => `${inFlight} ${operation}`);
  return {
    run,
    title,
    note,
    resident,
    rounds: new Set(samples.map(({ round }) => round)).size,
    blocks,
    lines: lines.map(({ name, kind, caveat, variantOf }) => ({
      name,
      kind,
      ...(caveat !== undefined && { caveat }),
      cells: [...cells.values()].flatMap((cell) => cellResults(cell, name, baseline.name, variantOf)),
    })),
    ...(collections.length > 0 && {
      collection: {
        sessions,
        expired,
        rounds: new Set(collections.map(({ round }) => round)).size,
        lines: collectors.map(({ name }) =>
          collectionLine(
            name,
            collections.filter(({ contender }) => contender === name),
          ),
        ),
      },
    }),
  };
}

/** Empty if the contender has no such operation. */
function cellResults(cell: Sample[], name: string, baseline: string, ours?: string): CellResults[] {
  const of = (wanted: string | undefined) => cell.filter(({ contender }) => contender === wanted);
  const own = of(name);
  const [first] = own;
  if (first === undefined) return [];

  const ratio = (base: string, figure: (sample: Sample) => number) => {
    const byTurn = (list: Sample[]) => new Map(list.map((sample) => [sample.turn, figure(sample)]));
    return spread(pairedRatios(byTurn(own), byTurn(of(base))));
  };
  const rate = ({ done, milliseconds }: Sample) => (done / milliseconds) * 1000;
  const processor = ({ done, cpu }: Sample) => cpu / done;
  const { operation, inFlight } = first;
  return [
    {
      operation,
      inFlight,
      rate: median(own.map(rate)),
      rateRatio: ratio(baseline, rate),
      processor: median(own.map(processor)),
      processorRatio: ratio(baseline, processor),
      ...(ours !== undefined && { toOurs: ratio(ours, processor) }),
      p99: quantile(
        own.flatMap(({ latencies }) => latencies),
        0.99,
      ),
    },
  ];
}

function collectionLine(name: string, own: Collection[]): CollectionResults['lines'][number] {
  const middle = (figure: (collection: Collection) => number) => median(own.map(figure));
  return {
    name,
    milliseconds: middle(({ milliseconds }) => milliseconds),
    longestBlock: middle(({ longestBlock }) => longestBlock),
    p99: middle(({ loadP99 }) => loadP99),
    idleP99: middle(({ idleP99 }) => idleP99),
  };
}
