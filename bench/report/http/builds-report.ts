import type { Spread } from '../../measure/statistics.ts';
import { markdownTable, withQuartiles } from '../format.ts';
import type { HttpBuildRatios } from '../results.ts';

/** The table of this build against an older one, each control below what it is the control of. */
export function buildsReport(builds: HttpBuildRatios[], scenarios: string[]): string {
  const cell = (ratio: Spread | undefined) =>
    ratio ? withQuartiles(ratio, (value) => value.toFixed(2)) : '–';
  return [
    '### Before and after',
    'This build : the older one (`--before`) in the same round: median (quartiles). CPU is the processor time of the server for each ' +
      'request, session what is left of it after taking off the bare framework; of both, below 1 is less work than before. Of ' +
      'req/s, above 1 is faster. An A/A control is the same code in a second process, to the first: ignore a difference smaller ' +
      'than that of the control below it.',
    markdownTable(
      ['', ...scenarios.flatMap((route) => [`${route}: req/s`, 'CPU', '**session**'])],
      builds.map(({ framework, name, scenarios: ratios }) => [
        `${framework}: ${name}`,
        ...scenarios.flatMap((route) => [
          cell(ratios[route]?.perSecond),
          cell(ratios[route]?.processor),
          cell(ratios[route]?.session),
        ]),
      ]),
    ),
  ].join('\n\n');
}
