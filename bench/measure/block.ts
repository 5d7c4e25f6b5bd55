import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Block } from '../workload/operations.ts';

export interface BlockResult {
  done: number;
  milliseconds: number;
  /** Processor time of the whole process, in microseconds. */
  cpu: number;
  /** How long each operation took in milliseconds, from the call to its result. */
  latencies: number[];
}

/** Collects garbage, runs a block with `inFlight` operations in flight at any time, and then waits for the contender's threads. */
export async function runBlock({ count, run }: Block, inFlight: number, rest?: () => unknown) {
  await clearGarbage();
  const latencies: number[] = [];
  let next = 0;
  const used = process.cpuUsage();
  const begin = performance.now();

  async function worker(): Promise<void> {
    for (let start = begin; next < count; ) {
      await run(next++);
      const end = performance.now();
      latencies.push(end - start);
      start = end;
    }
  }

  await Promise.all(Array.from({ length: inFlight }, worker));
  const milliseconds = performance.now() - begin;
  await rest?.();
  const { user, system } = process.cpuUsage(used);
  return { done: count, milliseconds, cpu: user + system, latencies } satisfies BlockResult;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;

/**
 * Collects young garbage, including native objects that Node finalizes in a later turn of the event loop. Otherwise the statements
 * that a peer prepares for every call would delay the next contender that yields to the event loop.
 */
export async function clearGarbage(): Promise<void> {
  collect({ type: 'minor' });
  await nextTurn();
  await nextTurn();
}
