import { type JestLike, jestLike } from './jest-like.ts';
import { registerCases, type TestDriverOptions } from './register-cases.ts';

// In a variable, since no type checker but Bun's knows the module.
const bunTest = 'bun:test';

/**
 * Makes one `bun:test` test of every case that a driver is under.
 *
 * @param driver The URL of the driver module.
 * @param options `report`: a file that must show how many cases pass.
 * @throws Error that says what is wrong with the module
 * @example
 * await testDriver(new URL('./driver.ts', import.meta.url));
 */
export async function testDriver(driver: URL | string, options: TestDriverOptions = {}): Promise<void> {
  await registerCases(jestLike((await import(bunTest)) as JestLike), driver, options);
}
