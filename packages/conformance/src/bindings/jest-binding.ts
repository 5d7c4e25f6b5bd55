import { assertKnownOptions, invalidOption } from '@store/core/driver';
import { type JestLike, jestLike } from './jest-like.ts';
import { registerCases, type TestDriverOptions } from './register-cases.ts';

/** The options of {@link testDriver}. */
export interface JestDriverOptions extends TestDriverOptions {
  /** Jest's functions, for projects with `injectGlobals: false`. @default the globals */
  runner?: JestLike;
}

/**
 * Registers one Jest test for every case that applies to a driver. Jest runs ES modules with `--experimental-vm-modules`.
 *
 * @param driver The URL of the driver module.
 * @param options `report`: a file that must show how many cases pass. `runner`: Jest's functions.
 * @throws Error that describes what is wrong with the module
 * @example
 * import { testDriver } from '@store/conformance/jest';
 *
 * await testDriver(new URL('./conformance.js', import.meta.url));
 */
export async function testDriver(driver: URL | string, options: JestDriverOptions = {}): Promise<void> {
  assertKnownOptions('@store/conformance', options, ['report', 'runner']);
  const { runner = globalThis as unknown as JestLike, ...others } = options;
  if (typeof runner?.describe !== 'function' || typeof runner.it?.skip !== 'function')
    throw invalidOption('@store/conformance', 'runner', 'an object with the describe and it of Jest', runner);
  await registerCases(jestLike(runner), driver, others);
}
