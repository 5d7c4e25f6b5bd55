import { number } from '../format.ts';
import { appsByFramework } from '../http/frameworks.ts';
import type { HttpAppResults, HttpResults } from '../results.ts';

export function httpHead({ scenarios }: HttpResults): string[] {
  const last = scenarios.at(-1);
  return ['', ...scenarios.map((scenario) => `${scenario}: added µs`), `${last}: requests/s`, `${last}: p99`];
}

/** Framework by framework: the bare one, then who adds least first. */
export function httpRows(http: HttpResults): string[][] {
  const { scenarios } = http;
  const last = scenarios.at(-1) ?? '';
  const row = (name: string, { scenarios: figures }: HttpAppResults) => [
    name,
    ...scenarios.map((scenario) => numberOrDash(figures[scenario]?.session?.median)),
    numberOrDash(figures[last]?.perSecond.median),
    `${numberOrDash(figures[last]?.p99.median)} ms`,
  ];
  return appsByFramework(http).flatMap(({ framework, bare, withSessions }) => [
    ...(bare ? [row(`*${framework}*: ${bare.name}`, bare)] : []),
    ...withSessions.map((app) => row(app.kind === 'ours' ? `**${app.name}**` : app.name, app)),
  ]);
}

function numberOrDash(value: number | undefined): string {
  return value === undefined ? '–' : number(value);
}
