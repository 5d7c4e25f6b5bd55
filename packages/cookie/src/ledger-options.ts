import { isSessionStore } from '@store/core';
import { invalidOption } from '@store/core/driver';

/** By how many seconds the clocks of two servers may differ. */
export const clockDifference = 60;

/** Seconds an entry is kept longer than a seal can live. More than the clocks may differ by. */
export const clockMargin = 120;

/**
 * Checks that a store can hold an entry for a cookie's life.
 *
 * @param longestLife Seconds that a seal can live unused.
 * @returns How many seconds a seal may live at most, and how many an entry is kept.
 * @throws {StoreError} `INVALID_OPTION` naming the option of that store.
 */
export function assertLedger(
  name: string,
  ledger: unknown,
  longestLife: number,
): { reach: number; keptFor: number } {
  if (!isSessionStore(ledger) || ledger.kind !== 'server') {
    throw invalidOption(
      name,
      'revocations',
      'a server store, such as startSession() of @store/sqlite returns',
      ledger,
    );
  }
  const { idleTimeout, absoluteTimeout } = ledger.timeouts;
  if (idleTimeout < longestLife) {
    const takes = `at least ${longestLife} seconds, as long as a sealed session can live unused`;
    throw invalidOption(name, 'idleTimeout of the revocations store', takes, idleTimeout);
  }
  const keptFor = Math.min(idleTimeout + clockMargin, 2 ** 31 - 1);
  // Half of it is a period, and an entry written at the end of one must last as long as any other.
  const shortest = 2 * (keptFor + 2 * clockMargin);
  if (absoluteTimeout !== false && absoluteTimeout < shortest) {
    const takes = `false, or at least ${shortest} seconds: twice as long as an entry is remembered`;
    throw invalidOption(name, 'absoluteTimeout of the revocations store', takes, absoluteTimeout);
  }
  return { reach: idleTimeout, keptFor };
}
