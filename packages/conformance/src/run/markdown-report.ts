import type { CaseResult, ConformanceReport } from './conformance-report.ts';
import { claimsText, levelHead, levelRow } from './level-counts.ts';

const marks = { passed: '✓', failed: '✗ failed', skipped: 'not run', weakness: 'known weakness' } as const;

/**
 * A report as Markdown, for a terminal, a README or a release: a row of counts and a table of all cases.
 *
 * @example
 * import { inspectDriver, markdownReport, runConformance } from '@store/conformance';
 * import { memoryStorage } from '@store/core/memory';
 *
 * const capabilities = { subjects: true, savesInOneStep: true };
 * const driver = await inspectDriver({ start: () => memoryStorage(), capabilities });
 * const report = await runConformance(driver, { only: 'load.' });
 * console.log(markdownReport(report)); // A driver of kind `records`, capabilities: subjects, savesInOneStep. …
 */
export function markdownReport(report: ConformanceReport): string {
  const { kind, claims, results } = report;
  const rows = results.map(({ id, level, title, ...result }) =>
    ['', id, level, title.replaceAll('|', '\\|'), resultText(result), ''].join(' | ').trim(),
  );
  return [
    `A driver of kind \`${kind}\`, capabilities: ${claimsText(claims)}.`,
    '',
    levelHead,
    levelRow(
      { kind, claims },
      results.map(({ level, outcome }) => ({ level, passed: outcome === 'passed' })),
    ),
    '',
    '| case | level | the contract says | |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    `${summary(results)} ${verdict(report)}`,
    '',
  ].join('\n');
}

function resultText({ outcome, reason }: Pick<CaseResult, 'outcome' | 'reason'>): string {
  return reason === undefined ? marks[outcome] : `${marks[outcome]}: ${reason}`;
}

function verdict({ conforms, partial }: ConformanceReport): string {
  if (partial) return 'Only some cases were run: run all of them to see whether it conforms.';
  return conforms ? 'It conforms.' : 'It does not conform.';
}

function summary(results: CaseResult[]): string {
  const count = (outcome: CaseResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  const parts = [`${count('passed')} passed`, `${count('failed')} failed`];
  if (count('weakness') > 0) parts.push(`${count('weakness')} known weaknesses`);
  if (count('skipped') > 0) parts.push(`${count('skipped')} not run`);
  return `${parts.join(', ')}.`;
}
