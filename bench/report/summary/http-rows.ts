import { number } from '../format.ts';
import type { HttpAppResults, HttpResults } from '../results.ts';

export function httpHead({ scenarios }: HttpResults): string[] {
  const last = scenarios.at(-1);
  return ['', ...scenarios.map((scenario) => `${scenario}: added µs`), `${last}: requests/s`, `${last}: p99`];
}

/** Apps by what their sessions cost in the last scenario, the cheapest first, below the bare frameworks. */
export function httpRows({ scenarios, apps }: HttpResults): string[][] {
  const last = scenarios.at(-1) ?? '';
  const added = ({ scenarios: figures }: HttpAppResults, scenario: string) =>
    figures[scenario]?.session?.median ?? Number.NaN;
  const kinds = ['bare', 'control', 'ours', 'peer'];
  return [...apps]
    .sort((one, other) => {
      const byKind = Number(kinds.indexOf(one.kind) > 0) - Number(kinds.indexOf(other.kind) > 0);
      return byKind || added(one, last) - added(other, last) || 0;
    })
    .map((app) => {
      const figures = app.scenarios[last];
      const name = app.kind === 'ours' ? `**${app.name}**` : app.name;
      return [
        name,
        ...scenarios.map((scenario) => number(added(app, scenario)).replace(/^-$/, '–')),
        figures ? number(figures.perSecond.median) : '–',
        figures ? `${number(figures.p99.median)} ms` : '–',
      ];
    });
}
