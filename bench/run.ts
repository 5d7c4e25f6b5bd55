import { mkdirSync, writeFileSync } from 'node:fs';
import { readCommand } from './command.ts';
import { buildThisCheckout, checkBuilt } from './http/before/built-packages.ts';
import { chosenParts } from './parts.ts';
import { createProgress } from './report/progress.ts';
import { report } from './report/report.ts';
import type { Results } from './report/results.ts';
import { mergeResults, noResults, readResults } from './report/results-file.ts';
import { beginRun } from './report/run-description.ts';
import { writeResults } from './report/write-results.ts';

const args = process.argv.slice(2);
const { plan, quick, only, before, render, results, markdown, directory } = readCommand(args, process.env);

if (render) {
  if (results !== undefined) writeResults(results, readResults(results));
} else {
  const chosen = chosenParts(only, quick, before);
  if (before !== undefined) {
    checkBuilt(before);
    buildThisCheckout();
  }
  mkdirSync(directory, { recursive: true });
  let measured: Results = noResults;
  for (const { name, measure } of chosen) {
    const progress = createProgress(process.stderr, name);
    const run = beginRun(args, quick, directory);
    const part = await measure({ plan, quick, directory, before, onStep: progress.step, run });
    progress.end();
    measured = mergeResults(measured, part);
    // At once, so that a part which fails later takes nothing with it.
    if (results !== undefined) writeResults(results, mergeResults(readResults(results), part));
  }
  const text = report(measured);
  console.log(text);
  if (markdown !== undefined) writeFileSync(markdown, text);
}
