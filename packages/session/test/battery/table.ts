import type { Cell, Group } from './row.ts';

/**
 * The results as a Markdown table: a line for each group of rows, a column for each framework. `yes` needs every row of the group
 * that applies there; any other result has its reason below the table.
 */
export function tableOf(
  groups: readonly Group[],
  frameworks: readonly string[],
  cells: readonly Cell[],
): string {
  /** Reasons in the order of their numbers, with the frameworks that they apply to. */
  const notes = new Map<string, Set<string>>();
  const noted = (text: string, framework: string, reasons: readonly string[]) => {
    const numbers = reasons.map((reason) => {
      notes.set(reason, (notes.get(reason) ?? new Set()).add(framework));
      return [...notes.keys()].indexOf(reason) + 1;
    });
    return numbers.length > 0 ? `${text} (${[...new Set(numbers)].sort((a, b) => a - b).join(', ')})` : text;
  };
  const lines = groups.map(({ title, rows }) => {
    const results = frameworks.map((framework) => {
      const names = new Set(rows.map(({ name }) => name));
      const found = cells.filter((cell) => cell.framework === framework && names.has(cell.row));
      const isComplete = found.length === rows.length && found.every(({ result }) => result !== 'failed');
      if (!isComplete) return 'NO';
      const others = found.filter(({ result }) => result !== 'yes');
      const reasons = others.map(({ reason = '' }) => reason);
      // Rows that do not apply to a framework are only mentioned below, unless that is the whole group.
      const kinds = new Set(others.map(({ result }) => result));
      if (others.length < found.length) kinds.delete('—');
      return noted(
        [...(others.length < found.length ? ['yes'] : []), ...kinds].join(', '),
        framework,
        reasons,
      );
    });
    return `| ${[title, ...results].join(' | ')} |`;
  });
  return [
    `| | ${frameworks.join(' | ')} |`,
    `| --- | ${frameworks.map(() => '---').join(' | ')} |`,
    ...lines,
    ...(notes.size > 0 ? ['', notesBelow(notes)] : []),
  ].join('\n');
}

function notesBelow(notes: ReadonlyMap<string, ReadonlySet<string>>): string {
  return [...notes]
    .map(([reason, frameworks], index) => `(${index + 1}) ${[...frameworks].join(', ')}: ${reason}.`)
    .join(' ');
}
