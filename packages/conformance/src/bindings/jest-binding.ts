import { type JestLike, jestLike } from './jest-like.ts';
import { registerCases } from './register-cases.ts';

/**
 * Makes one Jest test of every case that a driver is under. Jest runs ES modules with `--experimental-vm-modules`.
 *
 * @param driver The URL of the driver module.
 * @param runner Jest's functions, for projects with `injectGlobals: false`. Default: the globals.
 * @throws Error that says what is wrong with the module
 * @example
 * await testDriver(new URL('./driver.js', import.meta.url));
 */
export async function testDriver(
  driver: URL | string,
  runner: JestLike = globalThis as unknown as JestLike,
): Promise<void> {
  await registerCases(jestLike(runner), driver);
}
