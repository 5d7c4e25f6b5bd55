import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fullPlan, type Plan, quickPlan, within } from './plan.ts';

/** The command-line options. */
export interface Command {
  plan: Plan;
  quick: boolean;
  /** The names of the parts to measure; empty for all. */
  only: string[];
  /** Another checkout of this repository, whose built packages are measured alongside ours. */
  before: string | undefined;
  /** Whether to measure nothing and only regenerate the report, table and charts from the existing figures. */
  render: boolean;
  /** The directory for figures, report and charts; `undefined` if this run saves none. */
  results: string | undefined;
  /** Where the backends keep their files. */
  directory: string;
}

/** On the checkout's disk: the system's temporary directory is often in memory. */
const defaultDirectory = join(import.meta.dirname, 'node_modules', '.cache');

/** The committed results. A quick run writes there only on request, and one that compares builds never does. */
export const committedResults = join(import.meta.dirname, 'results');

/** Reads the options that README.md lists, and `BENCH_QUICK=1`. */
export function readCommand(args: string[], environment: NodeJS.ProcessEnv): Command {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: environment.BENCH_QUICK === '1' },
      only: { type: 'string', multiple: true, default: [] },
      seconds: { type: 'string' },
      before: { type: 'string' },
      render: { type: 'boolean', default: false },
      results: { type: 'string' },
      directory: { type: 'string', default: defaultDirectory },
    },
  });
  const { quick, only, render, seconds } = values;
  // pnpm runs this in the package's folder, but paths are relative to the folder where the command was typed.
  const path = (given: string | undefined) => given && resolve(environment.INIT_CWD ?? '.', given);
  const [before, results] = [path(values.before), path(values.results)];
  const directory = resolve(environment.INIT_CWD ?? '.', values.directory);
  if (before !== undefined && (render || results === committedResults)) {
    throw new Error(
      '--before cannot be used with --render or replace the committed results: give --results another directory.',
    );
  }
  const plan = quick ? quickPlan : fullPlan;
  return {
    plan: seconds === undefined ? plan : within(plan, positive(seconds)),
    quick,
    only,
    before,
    render,
    results: results ?? ((quick && !render) || before !== undefined ? undefined : committedResults),
    directory,
  };
}

function positive(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new Error(`--seconds takes a number above 0, not ${text}.`);
  return seconds;
}
