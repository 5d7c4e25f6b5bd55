import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results } from './results.ts';

export const noResults: Results = { backends: {}, scale: {}, memory: {} };

/** What was there before, with the parts that were measured in the place of their predecessors. */
export function mergeResults(before: Results, measured: Partial<Results>): Results {
  return {
    ...before,
    ...measured,
    backends: { ...before.backends, ...measured.backends },
    scale: { ...before.scale, ...measured.scale },
    memory: { ...before.memory, ...measured.memory },
  };
}

/** The results in a directory; none when nothing was ever written there. */
export function readResults(directory: string): Results {
  try {
    return parseResults(readFileSync(join(directory, 'results.json'), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return noResults;
    throw error;
  }
}

/** JSON has no NaN: what could not be computed was written as null. */
export function parseResults(text: string): Results {
  return JSON.parse(text, (_, value) => (value === null ? Number.NaN : value)) as Results;
}

/** JSON with four significant digits and one figure's whole story on a line, so that a change can be read. */
export function resultsJson(results: Results): string {
  const rounded = JSON.parse(
    JSON.stringify(results, (_, value) =>
      typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value,
    ),
  );
  return `${compact(rounded, '')}\n`;
}

const lineLength = 240;

function compact(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + line.length <= lineLength) return line;
  const deeper = `${indent} `;
  const list = Array.isArray(value);
  const items = list
    ? value.map((item) => compact(item, deeper))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${compact(item, deeper)}`);
  return `${list ? '[' : '{'}\n${deeper}${items.join(`,\n${deeper}`)}\n${indent}${list ? ']' : '}'}`;
}
