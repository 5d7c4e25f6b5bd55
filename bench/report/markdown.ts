import type { Spread } from '../measure/statistics.ts';

/** Three significant digits, with thousands separators: 64,128 · 152 · 0.94. */
export function number(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A median in bold, followed by its quartiles. */
export function withQuartiles(value: Spread | undefined): string {
  if (value === undefined || !Number.isFinite(value.median)) return '–';
  return `**${number(value.median)}** (${number(value.low)}–${number(value.high)})`;
}

/** A Markdown table, with its columns padded so that it can be read in a terminal as well. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}
