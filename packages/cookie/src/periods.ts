import type { SessionStore } from '@store/core';
import { clockDifference, clockMargin } from './ledger-options.ts';

/** Which entries of a subject to look at. */
export interface Periods {
  /** The newest first. Nearly always one. */
  toRead(): number[];
  toWrite(): number[];
  /** Those after them that a server whose clock is ahead may have begun: to be written too, but only where an entry exists. */
  begunElsewhere(): number[];
}

/**
 * Cuts time into periods of half the store's absolute timeout. The entry of "log out everywhere" is written again each time, yet
 * ends when the store's absolute timeout does, counted from the first; so every period has an entry of its own.
 *
 * @param keptFor Seconds an entry is remembered after the last write.
 */
export function createPeriods({ absoluteTimeout, now }: SessionStore['timeouts'], keptFor: number): Periods {
  if (absoluteTimeout === false) return { toRead: () => [0], toWrite: () => [0], begunElsewhere: () => [] };
  const length = (absoluteTimeout / 2) * 1000;
  const margin = clockMargin * 1000;
  const difference = clockDifference * 1000;
  // The clock of another server may be in the next period already.
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
