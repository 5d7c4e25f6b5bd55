import { report } from './report.ts';
import type { Results } from './results.ts';
import { resultsJson, writeFiles } from './results-file.ts';

/** Keeps the figures, and all that is made of them. */
export function writeResults(directory: string, results: Results): void {
  writeFiles(directory, {
    'results.json': resultsJson(results),
    'results.md': report(results),
  });
}
