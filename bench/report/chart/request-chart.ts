import { inOrder } from '../report.ts';
import type { Results } from '../results.ts';
import { at, bar, barName, grid, marks, type Panel, panelFor } from './bar-panel.ts';
import { httpSection } from './http-section.ts';
import { columns, headerHeight, margin, rowHeight, width } from './layout.ts';
import { legend } from './legend.ts';
import { type Group, requestGroup } from './request-groups.ts';
import { box, figure, line, type Svg, text } from './svg.ts';

const top = 106;

/** What each store makes of a backend's requests per second, for everyone who was measured, backend by backend. */
export function requestChart(results: Results): Svg {
  const backends = inOrder(results.backends).map(([, backend]) => backend);
  const inFlight = [
    ...new Set(backends[0]?.comparisons[0]?.lines.flatMap(({ cells }) => cells.map((cell) => cell.inFlight))),
  ];
  const groups = backends.flatMap((backend) => requestGroup(backend, inFlight));
  const values = groups.flatMap(({ rows, noise }) =>
    [...noise, ...rows.flatMap(({ ratios }) => ratios)].map((each) => each?.high ?? 0),
  );
  const panels = columns(inFlight.length).map((column) => panelFor(column, values));

  let y = top;
  const drawn = groups.map((group) => {
    const from = y;
    y += headerHeight + group.rows.length * rowHeight + 8;
    return drawGroup(group, panels, from);
  });
  const http = results.http && httpSection(results.http, y + 40);
  const bottom = (http?.bottom ?? y) + 30;
  const title = 'Requests per second, beside the bare backend';
  return figure(
    { width, height: bottom + 20, title, description: described(groups, inFlight) },
    text(margin, 36, title, 'title'),
    text(
      margin,
      56,
      'A request loads a session, changes it and saves it. Longer is better; 1 is the backend alone.',
      'soft',
    ),
    ...panels.flatMap((panel, index) => [
      text(panel.x, 84, busy(inFlight[index]), 'strong'),
      marks(panel, 104),
    ]),
    ...drawn,
    ...(http ? [http.svg] : []),
    legend(margin, bottom),
  );
}

function drawGroup({ title, bare, noise, rows }: Group, panels: Panel[], from: number): Svg {
  const first = from + headerHeight;
  const last = first + rows.length * rowHeight;
  const behind = panels.flatMap((panel, index) => {
    const spread = noise[index];
    const low = at(panel, Math.min(1, spread?.low ?? 1));
    const high = at(panel, Math.max(1, spread?.high ?? 1));
    return [
      grid(panel, first, last),
      box(low, first, high - low, last - first, 'noise'),
      line(at(panel, 1), first, at(panel, 1), last, 'one'),
    ];
  });
  const bars = rows.flatMap(({ name, caveat, kind, ratios }, index) => {
    const y = first + (index + 0.5) * rowHeight;
    return [
      barName(margin + 12, y, name, kind, caveat),
      ...panels.map((panel, column) => {
        const ratio = ratios[column];
        return ratio
          ? bar(panel, y, ratio, kind, ratio.median.toFixed(2))
          : text(panel.x + 5, y + 4, 'not measured', 'value soft');
      }),
    ];
  });
  return [
    text(margin, from + 21, title, 'strong'),
    text(margin + 8 + title.length * 7.4, from + 21, `1 = ${bare}`, 'soft'),
    ...behind,
    ...bars,
  ].join('\n');
}

const busy = (inFlight = 1) => (inFlight === 1 ? 'One at a time' : `${inFlight} in flight`);

/** The same in words, for who does not see it. */
function described(groups: Group[], inFlight: number[]): string {
  return groups
    .map(({ title, bare, rows }) => {
      const all = rows.map(({ name, ratios }) => {
        const each = ratios.map(
          (ratio, index) => ratio && `${ratio.median.toFixed(2)} ${busy(inFlight[index]).toLowerCase()}`,
        );
        return `${name} ${each.filter(Boolean).join(' and ')}`;
      });
      return `${title}, where 1 is ${bare}: ${all.join('; ')}.`;
    })
    .join(' ');
}
