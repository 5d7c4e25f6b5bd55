import { statfsSync } from 'node:fs';
import { availableParallelism, cpus, release, type } from 'node:os';
import type { Run } from './results.ts';

/** Starts timing the run of a part. @returns a function that stops timing and returns when, where and how the part ran */
export function beginRun(args: string[], quick: boolean, directory: string): () => Run {
  const begin = performance.now();
  const date = `${new Date().toISOString().slice(0, 16)}Z`;
  return () => ({
    date,
    command: ['npx pnpm bench', ...(quick && !args.includes('--quick') ? ['--quick'] : []), ...args].join(
      ' ',
    ),
    quick,
    seconds: Math.round((performance.now() - begin) / 1000),
    node: process.version,
    system: `${type()} ${release().split('-')[0]}`,
    processors: `${availableParallelism()} × ${cpus()[0]?.model.trim()}`,
    files: isTmpfs(directory) ? 'tmpfs' : 'disk',
  });
}

function isTmpfs(directory: string): boolean {
  const magic = 0x01021994;
  return statfsSync(directory).type === magic;
}

/** One line of a report. */
export function runLine(run: Run): string {
  const date = run.date.replace('T', ' ').replace('Z', ' UTC');
  return `\`${run.command}\`, a ${run.quick ? 'quick' : 'full'} run of ${run.seconds} s on ${date}, ${machine(run)}.`;
}

export function machine({ node, system, processors, files }: Run): string {
  return `Node ${node}, ${system}, ${processors}, files on ${files === 'tmpfs' ? 'tmpfs' : 'a disk'}`;
}
