import { markdownTable, number, withQuartiles } from '../format.ts';
import type { HttpResults } from '../results.ts';
import { runLine } from '../run-description.ts';
import { buildsReport } from './builds-report.ts';
import { appsByFramework } from './frameworks.ts';

/** The tables of HTTP: everything by framework, then ours beside the peers'. */
export function httpReport(http: HttpResults): string {
  const { run, note, connections, rounds, scenarios, matches, builds } = http;
  const head = [
    '',
    ...scenarios.flatMap((route) => [`${route}: req/s`, 'CPU µs', '**session µs**', 'p99 ms']),
  ];
  return [
    '## HTTP, end to end',
    runLine(run),
    `${rounds} rounds, ${connections} connections. ${note}`,
    '`read` looks at one value of the session, `rw` counts a page view. CPU is the processor time of the server process for each ' +
      'request; **session µs** is what is left of it after taking off the bare framework in the same round: median (quartiles).',
    ...appsByFramework(http).flatMap(({ framework, bare, control, withSessions, builds }) => [
      `### ${framework}`,
      markdownTable(
        head,
        [bare, control, ...withSessions, ...builds].flatMap((app) =>
          app
            ? [
                [
                  app.name,
                  ...scenarios.flatMap((route) => {
                    const figures = app.scenarios[route];
                    if (!figures) return ['-', '-', '-', '-'];
                    const { perSecond, processor, session, p99 } = figures;
                    return [
                      number(perSecond.median),
                      number(processor.median),
                      session ? withQuartiles(session, number) : '',
                      number(p99.median),
                    ];
                  }),
                ],
              ]
            : [],
        ),
      ),
    ]),
    '### Ours beside theirs',
    'What sessions add to a request, as a share of the peer’s in the same rounds: median (quartiles). Below 1, ours costs less.',
    markdownTable(
      ['ours', 'theirs', ...scenarios],
      matches.map(({ ours, peer, scenarios: ratios }) => [
        ours,
        peer,
        ...scenarios.map((route) => {
          const ratio = ratios[route];
          return ratio ? withQuartiles(ratio, (value) => value.toFixed(2)) : '-';
        }),
      ]),
    ),
    ...(builds ? [buildsReport(builds, scenarios)] : []),
  ].join('\n\n');
}
