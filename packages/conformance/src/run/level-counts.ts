import type { CaseLevel } from '../cases/conformance-case.ts';
import type { LoadedDriver } from '../driver/load-driver.ts';

const levels: readonly CaseLevel[] = ['required', 'capability', 'recommended'];

/** The header of a table whose rows {@link levelRow} writes. */
export const levelHead: string = [
  `| kind | claims | ${levels.join(' | ')} |`,
  `| ---- | ------ | ${levels.map((level) => '-'.repeat(level.length)).join(' | ')} |`,
].join('\n');

/** A driver's claims as text. */
export function claimsText(claims: LoadedDriver['claims']): string {
  const claimed = Object.entries(claims).filter(([, value]) => value);
  return claimed.map(([name]) => name).join(', ') || 'none';
}

/** A driver as a row of a Markdown table: its kind, its claims, and how many cases of each level it passes. */
export function levelRow(
  { kind, claims }: Pick<LoadedDriver, 'kind' | 'claims'>,
  cases: { level: CaseLevel; passed: boolean }[],
): string {
  const counts = levels.map((level) => {
    const ofLevel = cases.filter((each) => each.level === level);
    return `${ofLevel.filter(({ passed }) => passed).length} of ${ofLevel.length}`;
  });
  return `| ${[kind, claimsText(claims), ...counts].join(' | ')} |`;
}
