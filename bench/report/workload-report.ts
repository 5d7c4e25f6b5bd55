import type { Comparison } from '../contender.ts';
import type { Sample } from '../measure/rounds.ts';
import { median, pairedRatios, quantile, spread } from '../measure/statistics.ts';
import { operations as all } from '../workload/operations.ts';
import { markdownTable, number, valueAndRatio } from './format.ts';

/** The tables of one comparison: rates with ratios, then the slowest hundredth, for each number in flight. */
export function workloadReport({ title, note, baseline, lines }: Comparison, samples: Sample[]): string {
  const parts = [`### ${title}`, note];
  for (const inFlight of new Set(samples.map((sample) => sample.inFlight))) {
    const at = samples.filter((sample) => sample.inFlight === inFlight);
    const operations = all.filter(({ name }) => at.some(({ operation }) => operation === name));
    const cells = (cell: (own: Sample[], base: Sample[]) => string) =>
      lines.map(({ name }) => [
        name,
        ...operations.map((operation) => {
          const of = (contender: string) =>
            at.filter((sample) => sample.contender === contender && sample.operation === operation.name);
          return cell(of(name), of(baseline.name));
        }),
      ]);
    const head = (first: string) => [first, ...operations.map(({ name }) => name)];
    const busy = inFlight === 1 ? 'One at a time' : `${inFlight} in flight`;
    parts.push(
      `${busy}: operations per second, median of the turns · **ratio**, median (quartiles)`,
      markdownTable(head(''), cells(rates)),
      `${busy}: processor time in µs each · **ratio**, median (quartiles)`,
      markdownTable(head(''), cells(processorTime)),
      `${busy}: p99 in µs`,
      markdownTable(head(''), cells(slowest)),
    );
  }
  return parts.join('\n\n');
}

function rates(own: Sample[], base: Sample[]): string {
  return ratioCell(own, base, ({ done, milliseconds }) => (done / milliseconds) * 1000);
}

function processorTime(own: Sample[], base: Sample[]): string {
  return ratioCell(own, base, ({ done, cpu }) => cpu / done);
}

function ratioCell(own: Sample[], base: Sample[], figure: (sample: Sample) => number): string {
  const byTurn = (samples: Sample[]) => new Map(samples.map((sample) => [sample.turn, figure(sample)]));
  const values = byTurn(own);
  return valueAndRatio(median([...values.values()]), spread(pairedRatios(values, byTurn(base))));
}

function slowest(own: Sample[]): string {
  return number(
    quantile(
      own.flatMap(({ latencies }) => latencies),
      0.99,
    ) * 1000,
  );
}
