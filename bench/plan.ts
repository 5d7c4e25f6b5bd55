import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** How much is measured. */
export interface Plan {
  /** Rounds that count; one more goes before them to warm up. */
  rounds: number;
  /** Seconds after which no new round begins, on a machine that is slow or busy. */
  seconds: number;
  /** How often contenders change places within one operation of one round. */
  blocks: number;
  /** Operations in one block, by how many are in flight. */
  blockSize: ReadonlyMap<number, number>;
  /** How many times as long as the quickest contender's a block may take: a slower contender gets shorter blocks. */
  longest: number;
  /** Sessions that are there all the time. */
  resident: number;
  /** Sessions while garbage is collected, and how many of them are expired. */
  collected: { sessions: number; expired: number; rounds: number };
}

export const fullPlan: Plan = {
  rounds: 15,
  seconds: 900,
  blocks: 8,
  blockSize: new Map([
    [1, 100],
    [32, 320],
  ]),
  longest: 4,
  resident: 10_000,
  collected: { sessions: 100_000, expired: 10_000, rounds: 5 },
};

/** The same operations in under two minutes: fewer rounds, and garbage collection among fewer sessions. */
export const quickPlan: Plan = {
  ...fullPlan,
  rounds: 5,
  seconds: 45,
  blocks: 4,
  collected: { sessions: 20_000, expired: 2_000, rounds: 3 },
};

/** What the command line asks for. */
export interface Command {
  plan: Plan;
  quick: boolean;
  /** The name of the one backend to measure; all when it is `undefined`. */
  only: string | undefined;
  /** Where to write the report as well, besides standard output. */
  markdown: string | undefined;
  /** Where the backends keep their files. */
  directory: string;
}

/** On the disk of the checkout: the system's directory for temporary files is often memory. */
const defaultDirectory = join(import.meta.dirname, 'node_modules', '.cache');

/** Reads `--quick` (or `BENCH_QUICK=1`), `--only <backend>`, `--markdown <file>` and `--directory <directory>`. */
export function readCommand(args: string[], environment: NodeJS.ProcessEnv): Command {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: environment.BENCH_QUICK === '1' },
      only: { type: 'string' },
      markdown: { type: 'string' },
      directory: { type: 'string', default: defaultDirectory },
    },
  });
  return {
    plan: values.quick ? quickPlan : fullPlan,
    quick: values.quick,
    only: values.only,
    markdown: values.markdown,
    directory: values.directory,
  };
}
