import { markdownTable, number } from '../report/format.ts';
import { runLine } from '../report/run-description.ts';
import type { MemoryResults } from './memory-results.ts';

const mebibyte = 1024 * 1024;

/** What a process has left after garbage collection, the more sessions it has served. */
export function memoryReport({ run, heapLimit, served }: MemoryResults): string {
  return [
    '## Memory',
    runLine(run),
    `A process with ${number(heapLimit / mebibyte)} MiB for its heap serves visitors, each with a session of its own, 32 at a time. ` +
      'MiB after garbage collection; the last column is what the heap has grown by for each session since the line before.',
    markdownTable(
      ['', 'sessions served', 'heap', 'external', 'resident', 'bytes a session'],
      served.flatMap(({ name, points }) =>
        points.map((point, index) => {
          const before = points[index - 1];
          const grown = before && (point.heapUsed - before.heapUsed) / (point.sessions - before.sessions);
          return [
            name,
            number(point.sessions),
            number(point.heapUsed / mebibyte),
            number(point.external / mebibyte),
            number(point.resident / mebibyte),
            grown === undefined ? '' : number(grown),
          ];
        }),
      ),
    ),
  ].join('\n\n');
}
