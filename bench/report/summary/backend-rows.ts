import { number } from '../format.ts';
import { linesOf, withoutBare } from '../line-kind.ts';
import type { BackendResults, CellResults, LineResults } from '../results.ts';

const operations = ['save new', 'save over', 'load hit', 'request'];

export const summaryHead = ['', 'save new', 'save over', 'load', 'request', 'gc, longest block'];

/** The rows of one backend: the bare one with its rates, the noise, ours, and the best that any peer reached in each column. */
export function backendRows(
  { title, comparisons, collection }: BackendResults,
  markOf: (peer: string) => string,
): string[][] {
  const [comparison] = comparisons;
  if (!comparison) return [];
  const [bare] = linesOf(comparison, 'bare');
  const [control] = linesOf(comparison, 'control');
  const peers = linesOf(comparison, 'peer');
  const inFlight = [...new Set(bare?.cells.map((cell) => cell.inFlight))];
  const blockOf = (name: string) => collection?.lines.find((line) => line.name === name)?.longestBlock;
  const peerBlocks = peers.flatMap(({ name }) => ({ name, value: blockOf(name) ?? Number.NaN }));
  const bestBlock = best(peerBlocks, (one, other) => one < other);

  const rates = inFlight.length > 0 && bare ? pairs(bare, inFlight, ({ rate }) => number(rate)) : [];
  const noise = control ? pairs(control, inFlight, ({ rateRatio }) => ratio(rateRatio.median)) : [];
  const block = (value: number | undefined) => (value === undefined ? '–' : `${number(value)} ms`);
  const bestAt = (operation: string, busy: number) =>
    best(
      peers.map((peer) => ({
        name: peer.name,
        value: cellOf(peer, operation, busy)?.rateRatio.median ?? Number.NaN,
      })),
      (one, other) => one > other,
    );

  const ownRows = linesOf(comparison, 'ours').map((own) => {
    const ownBlock = blockOf(own.name) ?? collection?.lines.find(isVariantOf(own.name))?.longestBlock;
    return [
      `**${own.name}**`,
      ...pairs(own, inFlight, ({ rateRatio: { median }, operation, inFlight: busy }) =>
        boldIf(ratio(median), !(median < (bestAt(operation, busy)?.value ?? 0))),
      ),
      ownBlock === undefined
        ? '–'
        : boldIf(block(ownBlock), !(ownBlock > (bestBlock?.value ?? Number.POSITIVE_INFINITY))),
    ];
  });
  const peerRow = [
    'best peer',
    ...operations.map((operation) =>
      join(
        inFlight.map((busy) => {
          const found = bestAt(operation, busy);
          return found ? `${ratio(found.value)} ${markOf(found.name)}` : '–';
        }),
      ),
    ),
    bestBlock ? `${block(bestBlock.value)} ${markOf(bestBlock.name)}` : '–',
  ];
  return [
    [`*${title}*: ${withoutBare(comparison.baseline)}`, ...rates, block(blockOf(comparison.baseline))],
    ['the same code again', ...noise, '–'],
    ...ownRows,
    ...(peers.length > 0 ? [peerRow] : []),
  ];
}

/** `@store/sqlite` collects for `@store/sqlite, database given` too. */
function isVariantOf(name: string): (line: { name: string }) => boolean {
  const [packageName] = name.split(',');
  return (line) => line.name === packageName;
}

interface Found {
  name: string;
  value: number;
}

function best(list: Found[], better: (one: number, other: number) => boolean): Found | undefined {
  let found: Found | undefined;
  for (const each of list) {
    if (!Number.isNaN(each.value) && (!found || better(each.value, found.value))) found = each;
  }
  return found;
}

function pairs(line: LineResults, inFlight: number[], text: (cell: CellResults) => string): string[] {
  return operations.map((operation) =>
    join(
      inFlight.map((busy) => {
        const cell = cellOf(line, operation, busy);
        return cell ? text(cell) : '–';
      }),
    ),
  );
}

function cellOf(line: LineResults, operation: string, inFlight: number): CellResults | undefined {
  return line.cells.find((cell) => cell.operation === operation && cell.inFlight === inFlight);
}

function join(cells: string[]): string {
  return cells.every((cell) => cell === '–') ? '–' : cells.join(' · ');
}

const ratio = (value: number) => (value >= 10 ? value.toFixed(0) : value.toFixed(2));
const boldIf = (text: string, condition: boolean) => (condition ? `**${text}**` : text);
