import type { Spread } from '../../measure/statistics.ts';
import { linesOf, withoutBare, withoutVersion } from '../line-kind.ts';
import type { BackendResults, CellResults, LineResults } from '../results.ts';
import type { BarKind } from './bar-panel.ts';

/** One backend in the plot: who was compared, ours first, then from the quickest to the slowest. */
export interface Group {
  title: string;
  bare: string;
  /** What the control differs by, at each number in flight. */
  noise: (Spread | undefined)[];
  rows: Row[];
}

export interface Row {
  name: string;
  caveat: string | undefined;
  kind: BarKind;
  /** To the bare backend, at each number in flight. */
  ratios: (Spread | undefined)[];
}

export function requestGroup(backend: BackendResults, inFlight: number[]): Group[] {
  const [comparison] = backend.comparisons;
  if (!comparison) return [];
  const ratiosOf = ({ cells }: LineResults) => inFlight.map((busy) => cells.find(isRequest(busy))?.rateRatio);
  const rowsOf = (kind: BarKind): Row[] =>
    linesOf(comparison, kind)
      .map((line) => ({
        name: withoutVersion(withoutBare(line.name)),
        caveat: line.caveat,
        kind,
        ratios: ratiosOf(line),
      }))
      .filter(({ ratios }) => ratios.some((ratio) => ratio !== undefined))
      .sort((one, other) => (other.ratios[0]?.median ?? 0) - (one.ratios[0]?.median ?? 0));
  const [control] = linesOf(comparison, 'control');
  return [
    {
      title: backend.title,
      bare: withoutBare(comparison.baseline),
      noise: control ? ratiosOf(control) : [],
      rows: [...rowsOf('ours'), ...rowsOf('limit'), ...rowsOf('peer')],
    },
  ];
}

function isRequest(inFlight: number): (cell: CellResults) => boolean {
  return (cell) => cell.operation === 'request' && cell.inFlight === inFlight;
}
