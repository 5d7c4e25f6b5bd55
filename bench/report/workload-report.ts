import { operations as all } from '../workload/operations.ts';
import { markdownTable, number, valueAndRatio } from './format.ts';
import type { CellResults, ComparisonResults } from './results.ts';

/** The tables of one comparison: rates and processor time with ratios, then the slowest hundredth, for each number in flight. */
export function workloadReport({ title, note, lines }: ComparisonResults): string {
  const parts = [`### ${title}`, note];
  const cells = lines.flatMap((line) => line.cells);
  for (const inFlight of new Set(cells.map((cell) => cell.inFlight))) {
    const operations = all
      .map(({ name }) => name)
      .filter((name) => cells.some((cell) => cell.inFlight === inFlight && cell.operation === name));
    const table = (text: (cell: CellResults) => string) =>
      markdownTable(
        ['', ...operations],
        lines.map((line) => [
          line.name,
          ...operations.map((operation) => {
            const cell = line.cells.find(
              (each) => each.inFlight === inFlight && each.operation === operation,
            );
            return cell ? text(cell) : '-';
          }),
        ]),
      );
    const busy = inFlight === 1 ? 'One at a time' : `${inFlight} in flight`;
    parts.push(
      `${busy}: operations per second, median of the turns · **ratio**, median (quartiles)`,
      table(({ rate, rateRatio }) => valueAndRatio(rate, rateRatio)),
      `${busy}: processor time in µs each · **ratio**, median (quartiles)`,
      table(({ processor, processorRatio }) => valueAndRatio(processor, processorRatio)),
      `${busy}: p99 in µs`,
      table(({ p99 }) => number(p99 * 1000)),
    );
  }
  return parts.join('\n\n');
}
