import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long, in milliseconds, synchronous work on many files may keep the event loop. */
const slice = 0.25;

/** Gives the event loop a turn whenever a slice of it has been used up. Call between two files. */
export function createTimeSlice(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < slice) return undefined;
    return nextTurn().then(() => {
      since = performance.now();
    });
  };
}
