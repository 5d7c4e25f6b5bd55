import { isSessionStore } from '@store/core';
import { invalidOption } from '@store/core/driver';

/** The largest allowed clock skew between two servers, in seconds. */
export const clockDifference = 60;

/** How many seconds an entry is kept beyond the maximum lifetime of a seal. Longer than the largest allowed clock skew. */
export const clockMargin = 120;

/**
 * Checks that a store keeps an entry for at least as long as a cookie can live.
 *
 * @param longestLife How many seconds an unused seal can live.
 * @returns A seal's maximum lifetime and how long an entry is kept, in seconds.
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
      'a server store, such as the one that startSession() of @store/sqlite returns',
      ledger,
    );
  }
  const { idleTimeout, absoluteTimeout } = ledger.timeouts;
  if (idleTimeout < longestLife) {
    const expected = `at least ${longestLife} seconds, as long as an unused sealed session can live`;
    throw invalidOption(name, 'idleTimeout of the revocations store', expected, idleTimeout);
  }
  const keptFor = Math.min(idleTimeout + clockMargin, 2 ** 31 - 1);
  // A period is half the absolute timeout, and an entry written at the end of a period must last as long as any other.
  const shortest = 2 * (keptFor + 2 * clockMargin);
  if (absoluteTimeout !== false && absoluteTimeout < shortest) {
    const expected = `false, or at least ${shortest} seconds: twice as long as an entry is kept`;
    throw invalidOption(name, 'absoluteTimeout of the revocations store', expected, absoluteTimeout);
  }
  return { reach: idleTimeout, keptFor };
}
