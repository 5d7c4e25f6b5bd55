import { markdownTable, number } from '../report/format.ts';
import { runLine } from '../report/run-description.ts';
import type { MemoryResults } from './memory-results.ts';

const mebibyte = 1024 * 1024;

/** What processes have left after garbage collection, the more sessions they have served. */
export function memoryReport(results: MemoryResults[]): string {
  return [
    '## Memory',
    'A process serves visitors, each with a session of its own, 32 at a time. MiB after garbage collection; the last column is what ' +
      'the heap has grown by for each session since the line before.',
    ...results.flatMap(({ run, title, heapLimit, points }) => [
      `**${title}**. ${runLine(run)} ${number(heapLimit / mebibyte)} MiB for its heap.`,
      markdownTable(
        ['sessions served', 'heap', 'external', 'resident', 'bytes a session'],
        points.map((point, index) => {
          const before = points[index - 1];
          const grown = before && (point.heapUsed - before.heapUsed) / (point.sessions - before.sessions);
          return [
            number(point.sessions),
            number(point.heapUsed / mebibyte),
            number(point.external / mebibyte),
            number(point.resident / mebibyte),
            grown === undefined ? '' : number(grown),
          ];
        }),
      ),
    ]),
  ].join('\n\n');
}
