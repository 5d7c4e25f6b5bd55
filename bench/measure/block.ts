import type { Block } from '../workload/operations.ts';

export interface BlockResult {
  done: number;
  milliseconds: number;
  /** Processor time of the whole process, in microseconds. */
  cpu: number;
  /** Milliseconds of each operation, from its call to its answer. */
  latencies: number[];
}

/** Runs a block with `inFlight` operations under way at any time, until it is done, and then lets the contender rest. */
export async function runBlock(
  { count, run }: Block,
  inFlight: number,
  rest?: () => unknown,
): Promise<BlockResult> {
  const latencies = new Array<number>(count).fill(0);
  let next = 0;
  let done = 0;
  const used = process.cpuUsage();
  const begin = performance.now();

  async function worker(): Promise<void> {
    for (let start = begin; next < count; ) {
      await run(next++);
      const end = performance.now();
      latencies[done++] = end - start;
      start = end;
    }
  }

  if (inFlight === 1) await worker();
  else await Promise.all(Array.from({ length: inFlight }, worker));

  const milliseconds = performance.now() - begin;
  await rest?.();
  const { user, system } = process.cpuUsage(used);
  return { done, milliseconds, cpu: user + system, latencies };
}
