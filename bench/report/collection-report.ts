import type { Contender } from '../contender.ts';
import type { Collection } from '../measure/collection.ts';
import { median, pairedRatios } from '../measure/statistics.ts';
import type { Plan } from '../plan.ts';
import { markdownTable, number } from './format.ts';

/** The table of garbage collection; ratios are to the first collector, in the same round. */
export function collectionReport(
  collectors: Contender[],
  results: Collection[],
  { sessions, expired, rounds }: Plan['collected'],
): string {
  const of = (name: string) => results.filter(({ contender }) => contender === name);
  const [baseline] = collectors;
  const rows = collectors.map(({ name }) => {
    const own = of(name);
    const middle = (figure: (result: Collection) => number) => median(own.map(figure));
    const blocks = (list: Collection[]) =>
      new Map(list.map(({ round, longestBlock }) => [round, longestBlock]));
    const ratio = median(pairedRatios(blocks(own), blocks(of(baseline?.name ?? ''))));
    return [
      name,
      number(middle(({ milliseconds }) => milliseconds)),
      `${number(middle(({ longestBlock }) => longestBlock))} · **${ratio.toFixed(2)}**`,
      `${number(middle(({ loads }) => loads.p99))} (${number(middle(({ idle }) => idle.p99))})`,
      `${number(middle(({ loads }) => loads.slowest))} (${number(middle(({ idle }) => idle.slowest))})`,
      `${number(middle(({ loads }) => loads.perSecond))} (${number(middle(({ idle }) => idle.perSecond))})`,
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
