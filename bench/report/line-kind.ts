import type { ComparisonResults, LineResults } from './results.ts';

/** What a line of a comparison is. Names say it: see `Contender`. */
export type LineKind = 'bare' | 'control' | 'limit' | 'ours' | 'peer';

export function lineKind(name: string, baseline: string): LineKind {
  if (name === baseline) return 'bare';
  if (name.startsWith('A/A control')) return 'control';
  if (name.startsWith('bare:')) return 'limit';
  return name.startsWith('@store/') ? 'ours' : 'peer';
}

export function linesOf({ lines, baseline }: ComparisonResults, kind: LineKind): LineResults[] {
  return lines.filter(({ name }) => lineKind(name, baseline) === kind);
}

/** Where there is little room: the versions of peers stand elsewhere. */
export function withoutVersion(name: string): string {
  return name.replace(/ \d+\.\d+\.\d+[^\s,]*/g, '');
}

/** What a bare line is, without the word. */
export function withoutBare(name: string): string {
  return name.replace(/^bare: /, '');
}
