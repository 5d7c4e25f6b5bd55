import { markdownTable, number } from './format.ts';
import type { CollectionResults, LoadFigures } from './results.ts';

/** The table of garbage collection; ratios are to the first collector, in the same round. */
export function collectionReport({ sessions, expired, rounds, lines }: CollectionResults): string {
  const rows = lines.map(({ name, milliseconds, longestBlock, longestBlockRatio, loads, idle }) => {
    const both = (figure: keyof LoadFigures) => `${number(loads[figure])} (${number(idle[figure])})`;
    return [
      name,
      number(milliseconds),
      `${number(longestBlock)} · **${longestBlockRatio.toFixed(2)}**`,
      both('p99'),
      both('slowest'),
      both('perSecond'),
    ];
  });
  return [
    '### Garbage collection',
    `${number(expired)} of ${number(sessions)} sessions are removed while others are loaded, each load after a turn of the event ` +
      `loop. Medians of ${rounds} rounds, milliseconds; in brackets the same loads without garbage collection.`,
    markdownTable(
      [
        '',
        'gc took',
        'longest block · **ratio**',
        'load p99 (idle)',
        'slowest load (idle)',
        'loads/s (idle)',
      ],
      rows,
    ),
  ].join('\n\n');
}
