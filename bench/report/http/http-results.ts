import { pairedRatios, quantile, type Spread, spread } from '../../measure/statistics.ts';
import type { HttpAppResults, HttpBuildRatios, HttpFigures, HttpResults, Run } from '../results.ts';

/** An application to measure; more of it is nobody's business here. */
interface Named {
  name: string;
}

/** Applications on one framework. */
interface Framework<App> {
  title: string;
  bare: App;
  control?: App;
  applications: readonly App[];
}

/** What one application did in one round on one route. */
interface Sample<App> {
  application: App;
  route: string;
  round: number;
  requests: number;
  milliseconds: number;
  /** Processor time of the server's process, in microseconds. */
  cpu: number;
  latencies: readonly number[];
}

/** Makes medians, quartiles and shares of all that was measured over HTTP. */
export function httpResults<App extends Named>({
  frameworks,
  matches,
  builds = [],
  samples,
  ...about
}: {
  frameworks: readonly Framework<App>[];
  matches: readonly { ours: App; peer: App }[];
  /** What each of ours is compared with as an older build, and once more as it is. */
  builds?: readonly { after: App; before: App; control: App }[];
  samples: readonly Sample<App>[];
  note: string;
  connections: number;
  run: Run;
}): HttpResults {
  const scenarios = [...new Set(samples.map(({ route }) => route))];
  const bareOf = (app: App) =>
    frameworks.find(({ bare, control, applications }) => [bare, control, ...applications].includes(app))
      ?.bare;
  const at = (app: App | undefined, route: string) =>
    samples.filter((sample) => sample.application === app && sample.route === route);
  const addedBy = (app: App, route: string) => addedTime(at(app, route), at(bareOf(app), route));
  const each = <T>(make: (route: string) => T) =>
    Object.fromEntries(scenarios.map((route) => [route, make(route)]));

  const appResults = (framework: string, app: App, kind: HttpAppResults['kind']): HttpAppResults => ({
    framework,
    name: app.name,
    kind,
    scenarios: each((route) => figures(at(app, route), kind === 'bare' ? undefined : addedBy(app, route))),
  });
  const kindOf = (app: App): HttpAppResults['kind'] => {
    if (builds.some(({ before }) => before === app)) return 'before';
    if (builds.some(({ control }) => control === app)) return 'again';
    return app.name.startsWith('@store/') ? 'ours' : 'peer';
  };
  const buildRatios = (
    framework: string,
    kind: HttpBuildRatios['kind'],
    app: App,
    base: App,
  ): HttpBuildRatios => ({
    framework,
    name: app.name,
    kind,
    scenarios: each((route) => {
      const own = at(app, route);
      const other = at(base, route);
      return {
        perSecond: ratio(byRound(own, rate), byRound(other, rate)),
        processor: ratio(byRound(own, processorTime), byRound(other, processorTime)),
        ...(bareOf(base) !== base && { session: ratio(addedBy(app, route), addedBy(base, route)) }),
      };
    }),
  });
  const fullName = (app: App) =>
    `${frameworks.find(({ applications }) => applications.includes(app))?.title}, ${app.name}`;
  return {
    ...about,
    rounds: new Set(samples.map(({ round }) => round)).size,
    scenarios,
    apps: frameworks.flatMap(({ title, bare, control, applications }) => [
      appResults(title, bare, 'bare'),
      ...(control ? [appResults(title, control, 'control')] : []),
      ...applications.map((app) => appResults(title, app, kindOf(app))),
    ]),
    matches: matches.map(({ ours, peer }) => ({
      ours: fullName(ours),
      peer: fullName(peer),
      scenarios: each((route) => ratio(addedBy(ours, route), addedBy(peer, route))),
    })),
    ...(builds.length > 0 && {
      builds: frameworks.flatMap(({ title, bare, control, applications }) => {
        const own = builds.filter(({ after }) => applications.includes(after));
        return [
          ...(control && own.length > 0 ? [buildRatios(title, 'control', control, bare)] : []),
          ...own.flatMap(({ after, before, control }) => [
            buildRatios(title, 'change', after, before),
            buildRatios(title, 'control', control, after),
          ]),
        ];
      }),
    }),
  };
}

function figures<App>(own: readonly Sample<App>[], added?: ReadonlyMap<number, number>): HttpFigures {
  return {
    perSecond: spread(own.map(rate)),
    processor: spread(own.map(processorTime)),
    ...(added && { session: spread([...added.values()]) }),
    p99: spread(own.map(({ latencies }) => quantile(latencies, 0.99))),
  };
}

/** Processor time per request above the bare framework's in the same round, in µs, by round. */
function addedTime<App>(own: readonly Sample<App>[], bare: readonly Sample<App>[]): Map<number, number> {
  const base = byRound(bare, processorTime);
  return new Map(
    own.flatMap((sample): [number, number][] => {
      const without = base.get(sample.round);
      return without === undefined ? [] : [[sample.round, processorTime(sample) - without]];
    }),
  );
}

function byRound<App>(
  samples: readonly Sample<App>[],
  figure: (sample: Sample<App>) => number,
): Map<number, number> {
  return new Map(samples.map((sample) => [sample.round, figure(sample)]));
}

function ratio(own: ReadonlyMap<number, number>, base: ReadonlyMap<number, number>): Spread {
  return spread(pairedRatios(own, base));
}

const rate = <App>({ requests, milliseconds }: Sample<App>) => (requests / milliseconds) * 1000;
const processorTime = <App>({ cpu, requests }: Sample<App>) => cpu / requests;
