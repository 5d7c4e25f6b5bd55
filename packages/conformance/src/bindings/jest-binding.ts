import { type JestLike, jestLike } from './jest-like.ts';
import { registerCases, type TestDriverOptions } from './register-cases.ts';

/**
 * Makes one Jest test of every case that a driver is under. Jest runs ES modules with `--experimental-vm-modules`.
 *
 * @param driver The URL of the driver module.
 * @param options `report`: a file that must show how many cases pass. `runner`: Jest's functions, for projects with
 * `injectGlobals: false`; default: the globals.
 * @throws Error that says what is wrong with the module
 * @example
 * await testDriver(new URL('./driver.js', import.meta.url));
 */
export async function testDriver(
  driver: URL | string,
  { runner = globalThis as unknown as JestLike, ...options }: TestDriverOptions & { runner?: JestLike } = {},
): Promise<void> {
  await registerCases(jestLike(runner), driver, options);
}
