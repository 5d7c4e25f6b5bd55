import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chart } from './chart.ts';
import { report } from './report.ts';
import type { Results } from './results.ts';
import { summary } from './summary.ts';

/** The results in a directory; empty if nothing was written there. */
export function readResults(directory: string): Results {
  try {
    return JSON.parse(readFileSync(join(directory, 'results.json'), 'utf8')) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { backends: {} };
    throw error;
  }
}

/** The previous results, except for the parts that have now been measured again. */
export function mergeResults(before: Results, measured: Partial<Results>): Results {
  return { ...before, ...measured, backends: { ...before.backends, ...measured.backends } };
}

/** Everything that a run writes, keyed by file name. */
export async function resultFiles(results: Results): Promise<{ [name: string]: string }> {
  return {
    'results.json': resultsJson(results),
    'results.md': report(results),
    'summary.md': summary(results),
    'requests-light.svg': await chart(results, 'light'),
    'requests-dark.svg': await chart(results, 'dark'),
  };
}

export async function writeResults(directory: string, results: Results): Promise<void> {
  mkdirSync(directory, { recursive: true });
  // Generated from the rounded figures in the file, so that a later `--render` prints the same digits.
  const kept = JSON.parse(resultsJson(results)) as Results;
  for (const [name, text] of Object.entries(await resultFiles(kept))) {
    writeFileSync(join(directory, name), text);
  }
}

/** Four significant digits, and one figure per line with everything that belongs to it, so that diffs are readable. */
export function resultsJson(results: Results): string {
  const rounded = JSON.parse(JSON.stringify(results), (_, value) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value,
  );
  return `${compact(rounded, '')}\n`;
}

function compact(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + line.length <= 240) return line;
  const deeper = `${indent} `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const items = Object.entries(value).map(
    ([key, item]) => (Array.isArray(value) ? '' : `${JSON.stringify(key)}: `) + compact(item, deeper),
  );
  return `${open}\n${deeper}${items.join(`,\n${deeper}`)}\n${indent}${close}`;
}
