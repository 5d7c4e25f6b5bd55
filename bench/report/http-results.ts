import type { Application } from '../http/applications.ts';
import type { HttpSample } from '../http/measure-http.ts';
import { pairedRatios, quantile, spread } from '../measure/statistics.ts';
import type { HttpFigures, HttpKind, HttpResults } from './results.ts';

/** Medians and quartiles of everything measured over HTTP. */
export function httpResults(
  applications: readonly Application[],
  samples: readonly HttpSample[],
  about: Pick<HttpResults, 'run' | 'note'>,
): HttpResults {
  const scenarios = [...new Set(samples.map(({ scenario }) => scenario))];
  const at = (app: Application | undefined, scenario: string) =>
    samples.filter((sample) => sample.application === app && sample.scenario === scenario);
  const onSame = ({ framework }: Application, kind: HttpKind, name?: string) =>
    applications.find(
      (app) => app.framework === framework && app.kind === kind && (name === undefined || app.name === name),
    );

  /** Processor time per request minus that of the bare framework, round by round. */
  function added(app: Application, scenario: string): Map<number, number> {
    const bare = new Map(at(onSame(app, 'bare'), scenario).map((sample) => [sample.round, each(sample)]));
    return new Map(
      at(app, scenario).flatMap((sample): [number, number][] => {
        const without = bare.get(sample.round);
        return without === undefined ? [] : [[sample.round, each(sample) - without]];
      }),
    );
  }

  function figures(app: Application, scenario: string): HttpFigures {
    const own = at(app, scenario);
    const ours = app.variantOf === undefined ? undefined : onSame(app, 'ours', app.variantOf);
    return {
      perSecond: spread(own.map(({ requests, milliseconds }) => (requests / milliseconds) * 1000)),
      processor: spread(own.map(each)),
      ...(app.kind !== 'bare' && { session: spread([...added(app, scenario).values()]) }),
      ...(ours && { toOurs: spread(pairedRatios(added(app, scenario), added(ours, scenario))) }),
      p99: spread(own.map(({ latencies }) => quantile(latencies, 0.99))),
    };
  }

  return {
    ...about,
    rounds: new Set(samples.map(({ round }) => round)).size,
    scenarios,
    applications: applications.map((app) => ({
      framework: app.framework,
      name: app.name,
      kind: app.kind,
      scenarios: Object.fromEntries(scenarios.map((scenario) => [scenario, figures(app, scenario)])),
    })),
  };
}

const each = ({ cpu, requests }: { cpu: number; requests: number }) => cpu / requests;
