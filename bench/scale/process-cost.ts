import { readFileSync } from 'node:fs';
import type { ProcessCost } from './scale-results.ts';

/** What the process has cost since it began, as the kernel counts it. Input and output are known on Linux only. */
export function processCost(): ProcessCost {
  const { user, system } = process.cpuUsage();
  const { minorPageFault } = process.resourceUsage();
  return { user, system, faults: minorPageFault, ...inputAndOutput() };
}

/** The difference of two readings, without what a reading itself costs. */
export function costBetween(before: ProcessCost, after: ProcessCost): ProcessCost {
  const own = readingItself();
  return combined(after, before, (later, earlier, key) => later - earlier - own[key]);
}

export function costSum(one: ProcessCost, other: ProcessCost): ProcessCost {
  return combined(one, other, (value, more) => value + more);
}

export function costEach(cost: ProcessCost, count: number): ProcessCost {
  return combined(cost, cost, (value) => value / count);
}

function combined(
  one: ProcessCost,
  other: ProcessCost,
  combine: (value: number, more: number, key: keyof ProcessCost) => number,
): ProcessCost {
  const keys = Object.keys(one) as (keyof ProcessCost)[];
  return Object.fromEntries(
    keys.map((key) => [key, combine(one[key], other[key], key)]),
  ) as unknown as ProcessCost;
}

let itself: ProcessCost | undefined;

/** Reading the counters is counted too: always the same calls, and next to no time. */
function readingItself(): ProcessCost {
  if (itself) return itself;
  processCost();
  const before = processCost();
  const after = processCost();
  itself = combined(after, before, (later, earlier, key) =>
    key === 'reads' || key === 'readBytes' ? later - earlier : 0,
  );
  return itself;
}

type InputAndOutput = Pick<ProcessCost, 'reads' | 'readBytes' | 'writes' | 'writtenBytes' | 'fetchedBytes'>;

function inputAndOutput(): InputAndOutput {
  const text = process.platform === 'linux' ? readFileSync('/proc/self/io', 'utf8') : '';
  const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    reads: count('syscr'),
    readBytes: count('rchar'),
    writes: count('syscw'),
    writtenBytes: count('wchar'),
    fetchedBytes: count('read_bytes'),
  };
}
