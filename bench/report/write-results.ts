import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { committedResults } from '../command.ts';
import { scaleChart } from '../scale/scale-chart.ts';
import { requestChart } from './chart/request-chart.ts';
import { inOrder, report } from './report.ts';
import type { Results } from './results.ts';
import { resultsJson } from './results-file.ts';
import { quoted } from './summary/readme-quote.ts';
import { summary } from './summary/summary.ts';

const readme = join(import.meta.dirname, '../../README.md');

/** All that is kept of a run, by the names of the files. */
export function resultFiles(results: Results): { [name: string]: string } & { 'summary.md': string } {
  return {
    'results.json': resultsJson(results),
    'results.md': report(results),
    'summary.md': summary(results),
    'summary.svg': requestChart(results),
    ...(Object.keys(results.scale).length > 0 && {
      'scale.svg': scaleChart(inOrder(results.scale).map(([, scale]) => scale)),
    }),
  };
}

/** Keeps the figures, and all that is made of them; what is committed is quoted in the root's README too. */
export function writeResults(directory: string, results: Results): void {
  const files = resultFiles(results);
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  if (resolve(directory) === committedResults) {
    const page = quoted(readFileSync(readme, 'utf8'), 'bench/results/summary.md', files['summary.md']);
    writeFileSync(readme, page);
  }
}
