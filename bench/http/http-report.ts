import { median, pairedRatios, quantile, type Spread, spread } from '../measure/statistics.ts';
import { markdownTable, number } from '../report/format.ts';
import type { Application, Framework } from './application.ts';
import { type HttpSample, type Route, routes } from './measure-http.ts';

/** The tables of a run: everything by framework, then ours beside the peers'. */
export function httpReport(
  frameworks: readonly Framework[],
  matches: readonly { ours: Application; peer: Application }[],
  samples: readonly HttpSample[],
): string {
  const bareOf = new Map<Application, Application>();
  for (const { bare, control, applications } of frameworks) {
    for (const one of [bare, ...(control ? [control] : []), ...applications]) bareOf.set(one, bare);
  }
  const at = (application: Application, route: Route) =>
    samples.filter((sample) => sample.application === application && sample.route === route);
  const sessionTime = (application: Application, route: Route) =>
    addedTime(at(application, route), at(bareOf.get(application) ?? application, route));

  const tables = frameworks.flatMap(({ title, bare, control, applications }) => [
    `### ${title}`,
    markdownTable(
      ['', ...routes.flatMap((route) => [`${route}: req/s`, 'CPU µs', '**session µs**', 'p99 ms'])],
      [bare, ...(control ? [control] : []), ...applications].map((application) => [
        application.name,
        ...routes.flatMap((route) => {
          const own = at(application, route);
          return [
            number(median(own.map(({ requests, milliseconds }) => (requests / milliseconds) * 1000))),
            number(median(own.map(({ cpu, requests }) => cpu / requests))),
            application === bare ? '' : timeCell(spread([...sessionTime(application, route).values()])),
            number(
              quantile(
                own.flatMap(({ latencies }) => latencies),
                0.99,
              ),
            ),
          ];
        }),
      ]),
    ),
  ]);
  const titleOf = (application: Application) =>
    frameworks.find(({ applications }) => applications.includes(application))?.title ?? '';
  return [
    '`read` looks at one value of the session, `rw` counts a page view. CPU is the processor time of the server process for each ' +
      'request; **session µs** is what is left of it after taking off the bare framework in the same round: median (quartiles) ' +
      'of the rounds.',
    ...tables,
    '### Ours beside theirs',
    'Ratio of the processor time that sessions add to a request, in the same rounds: median (quartiles). Below 1, ours costs less.',
    markdownTable(
      ['ours', 'theirs', ...routes],
      matches.map(({ ours, peer }) => [
        `${titleOf(ours)}, ${ours.name}`,
        `${titleOf(peer)}, ${peer.name}`,
        ...routes.map((route) =>
          ratioCell(spread(pairedRatios(sessionTime(ours, route), sessionTime(peer, route)))),
        ),
      ]),
    ),
  ].join('\n\n');
}

/** Processor time per request above the bare framework's, in µs, by round. */
export function addedTime(
  own: readonly HttpSample[],
  bare: readonly HttpSample[],
): ReadonlyMap<number, number> {
  const each = ({ cpu, requests }: HttpSample) => cpu / requests;
  const base = new Map(bare.map((sample) => [sample.round, each(sample)]));
  const added = new Map<number, number>();
  for (const sample of own) {
    const without = base.get(sample.round);
    if (without !== undefined) added.set(sample.round, each(sample) - without);
  }
  return added;
}

function timeCell({ low, median: middle, high }: Spread): string {
  return `**${number(middle)}** (${number(low)}–${number(high)})`;
}

function ratioCell({ low, median: middle, high }: Spread): string {
  return `**${middle.toFixed(2)}** (${low.toFixed(2)}–${high.toFixed(2)})`;
}
