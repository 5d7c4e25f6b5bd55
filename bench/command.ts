import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fullPlan, type Plan, quickPlan, within } from './plan.ts';

/** What the command line asks for. */
export interface Command {
  plan: Plan;
  quick: boolean;
  /** The names of the parts to measure; empty for all. */
  only: string[];
  /** Another checkout of this repository, whose built packages are measured next to ours. */
  before: string | undefined;
  /** Measures nothing: writes report, table and pictures again from the figures that exist. */
  render: boolean;
  /** Where figures, report and pictures are written; `undefined` if this run keeps none. */
  results: string | undefined;
  /** Where the backends keep their files. */
  directory: string;
}

/** On the disk of the checkout: the system's directory for temporary files is often memory. */
const defaultDirectory = join(import.meta.dirname, 'node_modules', '.cache');

/** What is committed. A quick run writes there only if told to, and one that compares builds never. */
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
  // pnpm runs this in the package's folder; paths are meant from where the command was typed.
  const path = (given: string | undefined) => given && resolve(environment.INIT_CWD ?? '.', given);
  const [before, results] = [path(values.before), path(values.results)];
  const directory = resolve(environment.INIT_CWD ?? '.', values.directory);
  if (before !== undefined && (render || results === committedResults)) {
    throw new Error(
      '--before measures, and what is committed is of this build alone. Name another directory for --results.',
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
