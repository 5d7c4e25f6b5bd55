import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { BackendResults, Results } from './results.ts';

/** GitHub shows one of two charts, because an SVG in a page can't tell which colors the page uses. */
export type Theme = 'light' | 'dark';

const colors = {
  light: { ink: '#1f2328', soft: '#59636e', grid: '#e6eaef', ours: '#3b5bdb', peer: '#aeb7c2' },
  dark: { ink: '#f0f6fc', soft: '#9198a1', grid: '#30363d', ours: '#7c93ff', peer: '#59636e' },
};

/** Requests per second of each store, as a multiple of the bare backend: ours and the peers, backend by backend. */
export function chart({ backends }: Results, theme: Theme): Promise<string> {
  const { ink, soft, grid, ours, peer } = colors[theme];
  const groups = Object.values(backends).map(barsOf);
  const names = groups.flatMap((bars) => [...new Set(bars.map(({ name }) => name))]);
  const headings = Object.values(backends).map(({ title }) => title);

  const panel = (inFlight: number, labels: boolean) => ({
    title: { text: inFlight === 1 ? 'One at a time' : `${inFlight} in flight`, color: ink },
    width: 250,
    height: { step: 19 },
    data: { values: groups.flat().filter((bar) => bar.inFlight === inFlight) },
    encoding: {
      y: {
        field: 'name',
        type: 'nominal',
        scale: { domain: names },
        axis: {
          title: null,
          labels,
          labelLimit: 360,
          labelFontWeight: {
            condition: { test: `indexof(${JSON.stringify(headings)}, datum.label) >= 0`, value: 'bold' },
            value: 'normal',
          },
        },
      },
    },
    layer: [
      {
        mark: { type: 'bar', height: 11 },
        encoding: {
          x: { field: 'median', type: 'quantitative', axis: { title: null, format: '~g' } },
          color: {
            field: 'kind',
            type: 'nominal',
            scale: { domain: ['Store', 'others'], range: [ours, peer] },
            legend: { title: null, orient: 'bottom' },
          },
        },
      },
      {
        mark: { type: 'rule', color: soft },
        encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 5, color: ink },
        encoding: { x: { field: 'high', type: 'quantitative' }, text: { field: 'label' } },
      },
      {
        data: { values: [{}] },
        mark: { type: 'rule', color: soft, strokeDash: [3, 3] },
        encoding: { x: { datum: 1 }, y: null },
      },
    ],
  });

  const spec = {
    title: {
      text: 'Requests per second, as a multiple of the bare backend',
      subtitle:
        'A request loads a session, changes it and saves it. Longer is better; the dashed line is the backend without a store.',
      anchor: 'start',
      color: ink,
      subtitleColor: soft,
      subtitlePadding: 4,
      offset: 12,
    },
    hconcat: [panel(1, true), panel(32, false)],
    config: {
      font: 'ui-sans-serif, system-ui, sans-serif',
      aria: false,
      background: 'transparent',
      view: { stroke: null },
      axis: {
        labelColor: ink,
        gridColor: grid,
        domain: false,
        ticks: false,
        labelLimit: 360,
        labelPadding: 6,
      },
      legend: { labelColor: ink },
    },
  };
  return new View(parse(compile(spec as TopLevelSpec).spec), { renderer: 'none' }).toSVG();
}

/** A backend's heading, as a row without a bar, then ours and the peers, fastest first. */
function barsOf({ title, lines }: BackendResults) {
  const shown = lines
    .filter(({ kind }) => kind === 'ours' || kind === 'peer')
    .flatMap(({ name, kind, caveat, cells }) =>
      cells
        .filter(({ operation }) => operation === 'request')
        .map(({ inFlight, rateRatio }) => ({
          name: `${name.replace(/ \d+\.\d+\.\d+/, '')}${caveat === undefined ? '' : ` (${caveat})`}`,
          kind: kind === 'ours' ? 'Store' : 'others',
          inFlight,
          ...rateRatio,
          label: rateRatio.median.toFixed(2),
        })),
    )
    .sort((one, other) => other.median - one.median);
  return [{ name: title, inFlight: 1 }, ...shown];
}
