import type { Spread } from '../../measure/statistics.ts';
import { box, element, escaped, line, type Svg, text } from './svg.ts';

/** Where bars of one scale are drawn: from `x` to the right, `max` at the far end. */
export interface Panel {
  x: number;
  width: number;
  max: number;
  ticks: number[];
}

export type BarKind = 'ours' | 'peer' | 'limit';

const barHeight = 11;

/** A scale that ends at a round number, with no more than five marks. */
export function panelFor({ x, width }: { x: number; width: number }, values: number[]): Panel {
  const greatest = Math.max(...values.filter(Number.isFinite), Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(greatest));
  const step =
    [0.1, 0.2, 0.25, 0.5, 1, 2, 2.5].map((part) => part * power).find((each) => greatest / each <= 5) ??
    2.5 * power;
  const count = Math.ceil(greatest / step);
  return {
    x,
    width,
    max: count * step,
    ticks: Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6))),
  };
}

export function at({ x, width, max }: Panel, value: number): number {
  return x + (width * value) / max;
}

/** Light lines at the marks. */
export function grid(panel: Panel, top: number, bottom: number): Svg {
  return panel.ticks.map((tick) => line(at(panel, tick), top, at(panel, tick), bottom, 'grid')).join('');
}

export function marks(panel: Panel, y: number): Svg {
  return panel.ticks
    .map((tick) => text(at(panel, tick), y, String(tick), 'soft value', { 'text-anchor': 'middle' }))
    .join('');
}

/** A name before its bars; what its owner spares itself stands behind it. */
export function barName(x: number, y: number, name: string, kind: BarKind, caveat?: string): Svg {
  const behind =
    caveat === undefined ? [] : [element('tspan', { dx: 6, class: 'soft value' }, escaped(caveat))];
  return element(
    'text',
    { x, y: y + 4, ...(kind === 'ours' && { class: 'strong' }) },
    escaped(name),
    ...behind,
  );
}

/** A bar around the height `y` with its quartiles as a thin line and its number behind. */
export function bar(panel: Panel, y: number, value: Spread, kind: BarKind, label: string): Svg {
  const end = Math.max(at(panel, value.median), panel.x + 1);
  const far = Math.max(end, at(panel, value.high));
  return [
    box(panel.x, y - barHeight / 2, end - panel.x, barHeight, kind, 1.5),
    ...(far - at(panel, value.low) > 1.5 ? [line(at(panel, value.low), y, far, y, 'spread')] : []),
    text(far + 5, y + 4, label, kind === 'ours' ? 'value strong' : 'value soft'),
  ].join('');
}
