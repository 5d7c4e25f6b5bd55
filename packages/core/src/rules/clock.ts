import { invalidOption } from './invalid-option.ts';

/** Reads the application's clock as whole epoch milliseconds. @throws {StoreError} `INVALID_OPTION` when it answers none. */
export function readClock(store: string, now: () => number): number {
  const time = Math.floor(now());
  if (Number.isFinite(time)) return time;
  throw invalidOption(store, 'now', 'a function that answers epoch milliseconds', time);
}
