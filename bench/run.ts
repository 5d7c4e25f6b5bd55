import { mkdirSync } from 'node:fs';
import { buildThisCheckout, checkBuilt } from './builds/built-packages.ts';
import { readCommand } from './command.ts';
import { chosenParts } from './parts.ts';
import { report } from './report/report.ts';
import type { Results } from './report/results.ts';
import { mergeResults, readResults, writeResults } from './report/results-file.ts';
import { beginRun } from './report/run-description.ts';

const args = process.argv.slice(2);
const { plan, quick, only, before, render, results, directory } = readCommand(args, process.env);

if (render) {
  if (results !== undefined) await writeResults(results, readResults(results));
} else {
  const chosen = chosenParts(only);
  if (before !== undefined) {
    checkBuilt(before);
    buildThisCheckout();
  }
  mkdirSync(directory, { recursive: true });
  let measured: Results = { backends: {} };
  for (const { name, measure } of chosen) {
    const run = beginRun(args, quick, directory);
    const part = await measure({ plan, quick, directory, before, onStep: progress(name), run });
    measured = mergeResults(measured, part);
    // The results are written after each part, so that a later failure loses nothing.
    if (results !== undefined) await writeResults(results, mergeResults(readResults(results), part));
  }
  console.log(report(measured));
}

/** Prints the run's progress to standard error, at most every five seconds. */
function progress(part: string): (text: string, share: number) => void {
  const begin = performance.now();
  let last = Number.NEGATIVE_INFINITY;
  return (text, share) => {
    const now = performance.now();
    if (now - last < 5000) return;
    last = now;
    console.error(`${part}: ${Math.round(share * 100)} % · ${Math.round((now - begin) / 1000)} s · ${text}`);
  };
}
