import type { SessionStore } from '@store/core';
import { clockDifference, clockMargin } from './ledger-options.ts';

/** Which of a subject's entries to read and write; each period has one. */
export interface Periods {
  /** The periods to read, latest first. Nearly always just one. */
  toRead(): number[];
  toWrite(): number[];
  /** Later periods that a server whose clock is ahead may have started: write their entries too, but only if they exist. */
  begunElsewhere(): number[];
}

/**
 * Divides time into periods of half the store's absolute timeout. Each "log out everywhere" rewrites a subject's entry, but the
 * absolute timeout counts from the first write, so every period gets a new entry.
 *
 * @param keptFor How many seconds an entry is kept after its last write.
 */
export function createPeriods({ absoluteTimeout, now }: SessionStore['timeouts'], keptFor: number): Periods {
  if (absoluteTimeout === false) return { toRead: () => [0], toWrite: () => [0], begunElsewhere: () => [] };
  const length = (absoluteTimeout / 2) * 1000;
  const margin = clockMargin * 1000;
  const difference = clockDifference * 1000;
  // The clock of another server may already be in the next period.
  const between = (from: number, to: number) => {
    const [oldest, newest] = [Math.floor(from / length), Math.floor(to / length)];
    return Array.from({ length: newest - oldest + 1 }, (_, index) => newest - index);
  };
  return {
    toRead() {
      const time = now();
      return between(time - keptFor * 1000 - margin, time + margin + difference);
    },
    toWrite() {
      const time = now();
      return between(time, time + margin);
    },
    begunElsewhere() {
      const time = now() + margin;
      const [newest, ...others] = between(time, time + difference);
      return others.length === 0 ? [] : [newest as number];
    },
  };
}
