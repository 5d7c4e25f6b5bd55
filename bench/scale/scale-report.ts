import { markdownTable, number } from '../report/format.ts';
import { runLine } from '../report/run-description.ts';
import type { ProcessCost, ScaleCell, ScalePoint, ScaleResults } from './scale-results.ts';

const columns: [title: string, figure: (cost: ProcessCost) => number][] = [
  ['user µs', ({ user }) => user],
  ['system µs', ({ system }) => system],
  ['reads', ({ reads }) => reads],
  ['KiB read', ({ readBytes }) => readBytes / 1024],
  ['KiB from disk', ({ fetchedBytes }) => fetchedBytes / 1024],
  ['writes', ({ writes }) => writes],
  ['KiB written', ({ writtenBytes }) => writtenBytes / 1024],
  ['faults', ({ faults }) => faults],
];

/** The tables of one backend among ever more sessions: rates, what an operation costs the process, and the disk. */
export function scaleReport({ run, title, rounds, points }: ScaleResults): string {
  const parts = [`### ${title}`, runLine(run), `${rounds} rounds; sizes take turns within each.`];
  const contenders = [...new Set(points.map(({ contender }) => contender))];
  for (const contender of contenders) {
    const own = points.filter((point) => point.contender === contender);
    parts.push(
      `**${contender}**`,
      `Operations per second · ratio to ${number(own[0]?.sessions ?? 0)} sessions in the same round (quartiles) · p99 in µs`,
      ratesTable(own),
      'What one operation cost the process, median of the rounds. Reads are calls, served by the page cache but for what came from ' +
        'the disk; faults are pages that the kernel had to map.',
      costTable(own),
    );
  }
  parts.push('What the sessions take on the disk', diskTable(points));
  return parts.join('\n\n');
}

function ratesTable(points: ScalePoint[]): string {
  return markdownTable(
    ['', ...points.map(({ sessions }) => number(sessions))],
    cellNames(points).map(({ operation, inFlight }) => [
      labelOf(operation, inFlight),
      ...points.map((point) => {
        const cell = cellOf(point, operation, inFlight);
        if (!cell) return '-';
        const { low, median, high } = cell.rateRatio;
        return `${number(cell.rate)} · **${median.toFixed(2)}** (${low.toFixed(2)}–${high.toFixed(2)}) · ${number(cell.p99 * 1000)}`;
      }),
    ]),
  );
}

function costTable(points: ScalePoint[]): string {
  return markdownTable(
    ['', 'sessions', ...columns.map(([title]) => title)],
    cellNames(points).flatMap(({ operation, inFlight }) =>
      points.map((point) => {
        const cost = cellOf(point, operation, inFlight)?.cost;
        return [
          labelOf(operation, inFlight),
          number(point.sessions),
          ...columns.map(([, figure]) => (cost ? number(figure(cost)) : '-')),
        ];
      }),
    ),
  );
}

function diskTable(points: ScalePoint[]): string {
  return markdownTable(
    ['', 'sessions', 'bytes each', 'allocated each', 'files', 'inside'],
    points.map(({ contender, sessions, disk, structure }) => [
      contender,
      number(sessions),
      number(disk.bytes / sessions),
      number(disk.allocated / sessions),
      number(disk.files),
      structure,
    ]),
  );
}

function cellNames(points: ScalePoint[]): ScaleCell[] {
  return points[0]?.cells ?? [];
}

function cellOf({ cells }: ScalePoint, operation: string, inFlight: number): ScaleCell | undefined {
  return cells.find((cell) => cell.operation === operation && cell.inFlight === inFlight);
}

const labelOf = (operation: string, inFlight: number) =>
  inFlight === 1 ? operation : `${operation}, ${inFlight} in flight`;
