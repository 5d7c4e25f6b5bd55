import { readdirSync } from 'node:fs';
import type { OpenContender } from '../../contender.ts';

export const hour = 3_600_000;
export const day = 24 * hour;
/** How long sessions live in every contender, in milliseconds. */
export const lifetime = 2 * hour;

/** The untimed half of a contender that keeps one file for a session somewhere below `directory`. */
export function besideFiles(directory: string): Pick<OpenContender, 'bulk' | 'settle' | 'rows'> {
  return {
    bulk: (saves) => saves(),
    settle: () => {},
    rows: () =>
      readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
        .length,
  };
}
