import { number, table, withQuartiles } from './markdown.ts';
import type {
  BackendResults,
  CellResults,
  CollectionResults,
  HttpKind,
  HttpResults,
  LineResults,
  Results,
} from './results.ts';
import { runLine } from './run-description.ts';

/** The whole report as Markdown. */
export function report({ backends, http }: Results): string {
  return `${[
    '# Sessions, measured in turn',
    'Compare ratios, not rates: they are of blocks that took turns, whatever else the machine was doing. Ignore differences smaller ' +
      'than those of *the same code again*.',
    ...Object.values(backends).flatMap(backendReport),
    ...(http ? httpReport(http) : []),
  ].join('\n\n')}\n`;
}

function backendReport({
  run,
  title,
  note,
  resident,
  rounds,
  blocks,
  lines,
  collection,
}: BackendResults): string[] {
  const older = lines.filter(isOlder);
  const inFlight = new Set(lines.flatMap(({ cells }) => cells.map((cell) => cell.inFlight)));
  return [
    `## ${title}`,
    runLine(run),
    `${number(resident)} sessions of about 610 bytes, ${rounds} rounds of ${blocks} blocks. ${note}`,
    ...[...inFlight].flatMap((busy) => {
      const text = busy === 1 ? 'One at a time' : `${busy} in flight`;
      return [
        `### ${title}, ${text.toLowerCase()}`,
        'Operations per second · **ratio** to the first line in the same turn (quartiles)',
        workloadTable(lines, busy, ({ rate, rateRatio }) => `${number(rate)} · ${withQuartiles(rateRatio)}`),
        'Processor time in µs · **ratio** (quartiles)',
        workloadTable(
          lines,
          busy,
          ({ processor, processorRatio }) => `${number(processor)} · ${withQuartiles(processorRatio)}`,
        ),
        'The slowest hundredth (p99), in µs',
        workloadTable(lines, busy, ({ p99 }) => number(p99 * 1000)),
        ...(older.length === 0
          ? []
          : [
              `Processor time. ${beforeAndAfter}`,
              workloadTable(older, busy, ({ toOurs }) => withQuartiles(toOurs)),
            ]),
      ];
    }),
    ...(collection ? collectionReport(title, collection) : []),
  ];
}

/** An older build, or the control for it. */
const isOlder = ({ kind }: { kind: HttpKind | LineResults['kind'] }) => kind === 'before' || kind === 'again';

const beforeAndAfter =
  '**Before and after**: what an older build took, as a multiple of what this one takes in the same round. Above 1, it was slower. ' +
  '“Again” is this build once more: ignore differences smaller than that makes.';

function workloadTable(lines: LineResults[], inFlight: number, text: (cell: CellResults) => string): string {
  const cellsOf = (line: LineResults) => line.cells.filter((cell) => cell.inFlight === inFlight);
  const operations = [...new Set(lines.flatMap(cellsOf).map(({ operation }) => operation))];
  return table(
    ['', ...operations],
    lines.map((line) => [
      line.caveat === undefined ? line.name : `${line.name} (${line.caveat})`,
      ...operations.map((operation) => {
        const cell = cellsOf(line).find((each) => each.operation === operation);
        return cell ? text(cell) : '–';
      }),
    ]),
  );
}

function collectionReport(title: string, { sessions, expired, rounds, lines }: CollectionResults): string[] {
  return [
    `### ${title}, garbage collection`,
    `${number(expired)} of ${number(sessions)} sessions are removed while others are loaded, each load after a turn of the event loop. ` +
      `Milliseconds, medians of ${rounds} rounds.`,
    table(
      ['', 'gc took', 'longest block', 'load p99', 'load p99 without gc'],
      lines.map(({ name, milliseconds, longestBlock, p99, idleP99 }) => [
        name,
        ...[milliseconds, longestBlock, p99, idleP99].map(number),
      ]),
    ),
  ];
}

function httpReport({ run, note, rounds, scenarios, applications }: HttpResults): string[] {
  const columns = (titles: string[]) => [
    '',
    ...scenarios.flatMap((name) => titles.map((title) => `${name}: ${title}`)),
  ];
  const older = applications.filter(isOlder);
  return [
    '## HTTP, end to end',
    runLine(run),
    `${rounds} rounds. ${note}`,
    '**Added** is the processor time in µs that a request takes beyond the same framework without sessions in the same round: median ' +
      '(quartiles). CPU is all of it.',
    ...[...Map.groupBy(applications, ({ framework }) => framework)].flatMap(([framework, own]) => [
      `### ${framework}`,
      table(
        columns(['**added**', 'CPU', 'requests/s', 'p99 ms']),
        own.map(({ name, scenarios: figures }) => [
          name,
          ...scenarios.flatMap((scenario) => {
            const { session, processor, perSecond, p99 } = figures[scenario] ?? {};
            const medians = [processor, perSecond, p99].map((each) => number(each?.median));
            return [withQuartiles(session), ...medians];
          }),
        ]),
      ),
    ]),
    ...(older.length === 0
      ? []
      : [
          `What sessions add. ${beforeAndAfter}`,
          table(
            columns(['added, to now']),
            older.map(({ framework, name, scenarios: figures }) => [
              `${framework}: ${name}`,
              ...scenarios.map((scenario) => withQuartiles(figures[scenario]?.toOurs)),
            ]),
          ),
        ]),
  ];
}
