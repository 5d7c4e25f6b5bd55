import { invalidOption } from './invalid-option.ts';

/**
 * Refuses a driver that lacks a function it must have, at once and not at the first request that needs it.
 *
 * @throws {StoreError} `INVALID_OPTION` naming the function.
 */
export function assertFunctions<Driver extends object>(
  store: string,
  called: string,
  driver: Driver,
  required: readonly (keyof Driver & string)[],
): void {
  for (const method of required) {
    const found: unknown = driver?.[method];
    if (typeof found !== 'function') throw invalidOption(store, `${called}.${method}`, 'a function', found);
  }
}
