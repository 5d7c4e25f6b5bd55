import { pairedRatios, quantile, spread } from '../../measure/statistics.ts';
import type { HttpAppResults, HttpFigures, HttpResults, Run } from '../results.ts';

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
  samples,
  ...about
}: {
  frameworks: readonly Framework<App>[];
  matches: readonly { ours: App; peer: App }[];
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
  const fullName = (app: App) =>
    `${frameworks.find(({ applications }) => applications.includes(app))?.title}, ${app.name}`;
  return {
    ...about,
    rounds: new Set(samples.map(({ round }) => round)).size,
    scenarios,
    apps: frameworks.flatMap(({ title, bare, control, applications }) => [
      appResults(title, bare, 'bare'),
      ...(control ? [appResults(title, control, 'control')] : []),
      ...applications.map((app) => appResults(title, app, app.name.startsWith('@store/') ? 'ours' : 'peer')),
    ]),
    matches: matches.map(({ ours, peer }) => ({
      ours: fullName(ours),
      peer: fullName(peer),
      scenarios: each((route) => spread(pairedRatios(addedBy(ours, route), addedBy(peer, route)))),
    })),
  };
}

function figures<App>(own: readonly Sample<App>[], added?: ReadonlyMap<number, number>): HttpFigures {
  return {
    perSecond: spread(own.map(({ requests, milliseconds }) => (requests / milliseconds) * 1000)),
    processor: spread(own.map(processorTime)),
    ...(added && { session: spread([...added.values()]) }),
    p99: spread(own.map(({ latencies }) => quantile(latencies, 0.99))),
  };
}

/** Processor time per request above the bare framework's in the same round, in µs, by round. */
function addedTime<App>(own: readonly Sample<App>[], bare: readonly Sample<App>[]): Map<number, number> {
  const base = new Map(bare.map((sample) => [sample.round, processorTime(sample)]));
  return new Map(
    own.flatMap((sample): [number, number][] => {
      const without = base.get(sample.round);
      return without === undefined ? [] : [[sample.round, processorTime(sample) - without]];
    }),
  );
}

const processorTime = <App>({ cpu, requests }: Sample<App>) => cpu / requests;
