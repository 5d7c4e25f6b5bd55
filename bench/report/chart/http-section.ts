import { number } from '../format.ts';
import { withoutVersion } from '../line-kind.ts';
import type { HttpAppResults, HttpResults } from '../results.ts';
import { bar, barName, grid, marks, panelFor } from './bar-panel.ts';
import { columns, margin, rowHeight } from './layout.ts';
import { type Svg, text } from './svg.ts';

/** What the session layer adds to a request over HTTP, below the backends: a scale of its own for each scenario. */
export function httpSection({ scenarios, apps }: HttpResults, top: number): { svg: Svg; bottom: number } {
  const added = (app: HttpAppResults, scenario: string) => app.scenarios[scenario]?.session;
  const last = scenarios.at(-1) ?? '';
  const rows = apps
    .filter((app) => scenarios.some((scenario) => added(app, scenario)))
    .sort((one, other) => (added(one, last)?.median ?? 0) - (added(other, last)?.median ?? 0));
  const panels = columns(scenarios.length).map((column, index) =>
    panelFor(
      column,
      rows.map((app) => added(app, scenarios[index] ?? '')?.high ?? 0),
    ),
  );
  const first = top + 68;
  const bottom = first + rows.length * rowHeight + 8;
  const svg = [
    text(margin, top, 'What sessions add to a request over HTTP', 'title'),
    text(
      margin,
      top + 20,
      'Processor time of the server in µs, beyond the same framework without sessions. Shorter is better.',
      'soft',
    ),
    ...panels.flatMap((panel, index) => [
      text(panel.x, top + 44, capitalised(scenarios[index] ?? ''), 'strong'),
      marks(panel, top + 62),
      grid(panel, first, bottom - 8),
    ]),
    ...rows.flatMap((app, index) => {
      const y = first + (index + 0.5) * rowHeight;
      const kind = app.kind === 'ours' ? 'ours' : 'peer';
      return [
        barName(margin + 12, y, withoutVersion(app.name), kind),
        ...panels.flatMap((panel, column) => {
          const figure = added(app, scenarios[column] ?? '');
          return figure ? [bar(panel, y, figure, kind, number(figure.median))] : [];
        }),
      ];
    }),
  ].join('\n');
  return { svg, bottom };
}

function capitalised(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
