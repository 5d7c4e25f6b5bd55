import { spaced } from '../report/chart/spaced-labels.ts';
import { element, figure, line, type Svg, text } from '../report/chart/svg.ts';
import type { ScaleResults } from './scale-results.ts';

const width = 860;
const margin = 24;
const labels = 96;
const gap = 48;
const height = 150;

interface Curve {
  operation: string;
  /** The rate at each size, to the rate at the smallest. */
  ratios: number[];
}

interface Panel {
  title: string;
  sizes: number[];
  curves: Curve[];
}

/** How the rate of each operation changes with the number of sessions, ours alone: one panel for a backend and a number in flight. */
export function scaleChart(results: ScaleResults[]): Svg {
  const rows = results.map(panelsOf);
  const perRow = Math.max(1, ...rows.map((panels) => panels.length));
  const each = (width - 2 * margin - (perRow - 1) * gap) / perRow;
  const greatest = Math.max(
    1.2,
    ...rows.flat().flatMap(({ curves }) => curves.flatMap(({ ratios }) => ratios)),
  );
  const top = 84;
  const rowHeight = height + 74;
  const title = 'Among ever more sessions';
  return figure(
    { width, height: top + rows.length * rowHeight, title, description: described(rows.flat()) },
    text(margin, 36, title, 'title'),
    text(
      margin,
      56,
      'Operations per second beside those among the fewest sessions, sizes taking turns. A flat line is a store that does not mind.',
      'soft',
    ),
    ...rows.flatMap((panels, row) =>
      panels.map((panel, column) =>
        drawPanel(panel, {
          x: margin + column * (each + gap),
          y: top + row * rowHeight,
          width: each - labels,
          greatest,
        }),
      ),
    ),
  );
}

function panelsOf({ title, points }: ScaleResults): Panel[] {
  const ours = points.filter(({ contender }) => contender.startsWith('@store/'));
  const cells = ours[0]?.cells ?? [];
  return [...new Set(cells.map(({ inFlight }) => inFlight))].map((inFlight) => ({
    title: `${title}, ${inFlight === 1 ? 'one at a time' : `${inFlight} in flight`}`,
    sizes: ours.map(({ sessions }) => sessions),
    curves: cells
      .filter((cell) => cell.inFlight === inFlight)
      .map(({ operation }) => ({
        operation,
        ratios: ours.map(
          (point) =>
            point.cells.find((cell) => cell.operation === operation && cell.inFlight === inFlight)?.rateRatio
              .median ?? Number.NaN,
        ),
      })),
  }));
}

function drawPanel(
  { title, sizes, curves }: Panel,
  at: { x: number; y: number; width: number; greatest: number },
): Svg {
  const left = at.x + 30;
  const right = at.x + at.width;
  const top = at.y + 22;
  const xOf = (size: number) => {
    const [first = 1, last = 10] = [sizes[0], sizes.at(-1)];
    return left + ((right - left) * Math.log(size / first)) / Math.log(last / first);
  };
  const yOf = (ratio: number) => top + height * (1 - ratio / at.greatest);
  const ends = spaced(curves.map(({ ratios }) => yOf(ratios.at(-1) ?? 0)));
  return [
    text(at.x, at.y + 8, title, 'strong'),
    ...Array.from({ length: Math.floor(at.greatest * 2) + 1 }, (_, index) => index / 2).flatMap((mark) => [
      line(left, yOf(mark), right, yOf(mark), mark === 1 ? 'one' : 'grid'),
      text(left - 8, yOf(mark) + 4, String(mark), 'soft value', { 'text-anchor': 'end' }),
    ]),
    ...sizes.map((size) =>
      text(xOf(size), yOf(0) + 16, shortNumber(size), 'soft value', { 'text-anchor': 'middle' }),
    ),
    ...curves.flatMap(({ operation, ratios }, index) => [
      element('polyline', {
        points: ratios.map((ratio, n) => `${round(xOf(sizes[n] ?? 1))},${round(yOf(ratio))}`).join(' '),
        class: `curve curve-${index}`,
      }),
      ...ratios.map((ratio, n) =>
        element('circle', { cx: xOf(sizes[n] ?? 1), cy: yOf(ratio), r: 2.5, class: `dot-${index}` }),
      ),
      text(
        right + 8,
        (ends[index] ?? 0) + 4,
        `${(ratios.at(-1) ?? 0).toFixed(2)} ${operation}`,
        `value dot-${index}`,
      ),
    ]),
  ].join('\n');
}

function described(panels: Panel[]): string {
  return panels
    .map(({ title, sizes, curves }) => {
      const each = curves.map(
        ({ operation, ratios }) => `${operation} ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`,
      );
      return `${title}, among ${sizes.map(shortNumber).join(', ')} sessions: ${each.join('; ')}.`;
    })
    .join(' ');
}

const round = (value: number) => Math.round(value * 10) / 10;

function shortNumber(value: number): string {
  return value >= 1_000_000 ? `${value / 1_000_000} million` : value.toLocaleString('en-US');
}
