import { number } from '../format.ts';
import { appsByFramework } from '../http/frameworks.ts';
import { withoutVersion } from '../line-kind.ts';
import type { HttpAppResults, HttpResults } from '../results.ts';
import { bar, barName, grid, marks, type Panel, panelFor } from './bar-panel.ts';
import { columns, headerHeight, margin, rowHeight } from './layout.ts';
import { type Svg, text } from './svg.ts';

/** What the session layer adds to a request over HTTP, framework by framework: a scale of its own for each scenario. */
export function httpSection(http: HttpResults, top: number): { svg: Svg; bottom: number } {
  const { scenarios } = http;
  const frameworks = appsByFramework(http).filter(({ withSessions }) => withSessions.length > 0);
  const panels = columns(scenarios.length).map((column, index) =>
    panelFor(
      column,
      frameworks.flatMap(({ withSessions }) =>
        withSessions.map((app) => added(app, scenarios[index])?.high ?? 0),
      ),
    ),
  );
  let y = top + 66;
  const groups = frameworks.map(({ framework, withSessions }) => {
    const from = y;
    y += headerHeight + withSessions.length * rowHeight + 8;
    return [
      text(margin, from + 21, framework, 'strong'),
      ...panels.map((panel) => grid(panel, from + headerHeight, y - 8)),
      ...withSessions.map((app, index) =>
        drawApp(app, panels, scenarios, from + headerHeight + (index + 0.5) * rowHeight),
      ),
    ].join('\n');
  });
  const svg = [
    text(margin, top, 'What sessions add to a request over HTTP', 'title'),
    text(
      margin,
      top + 20,
      'Processor time of the server in µs, beyond the same framework without sessions. Shorter is better.',
      'soft',
    ),
    ...panels.flatMap((panel, index) => [
      text(panel.x, top + 44, meaningOf(scenarios[index] ?? ''), 'strong'),
      marks(panel, top + 64),
    ]),
    ...groups,
  ].join('\n');
  return { svg, bottom: y };
}

function drawApp(app: HttpAppResults, panels: Panel[], scenarios: string[], y: number): Svg {
  const kind = app.kind === 'ours' ? 'ours' : 'peer';
  return [
    barName(margin + 12, y, withoutVersion(app.name), kind),
    ...panels.flatMap((panel, column) => {
      const figure = added(app, scenarios[column]);
      return figure ? [bar(panel, y, figure, kind, number(figure.median))] : [];
    }),
  ].join('');
}

function added(app: HttpAppResults, scenario = '') {
  return app.scenarios[scenario]?.session;
}

function meaningOf(scenario: string): string {
  const meanings: { [scenario: string]: string } = { read: 'Read one value', rw: 'Count a page view' };
  return meanings[scenario] ?? scenario;
}
