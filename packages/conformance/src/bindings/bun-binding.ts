import { type JestLike, jestLike } from './jest-like.ts';
import { registerCases, type TestDriverOptions } from './register-cases.ts';

// In a variable, because only Bun's type checker knows the module.
const bunTest = 'bun:test';

/**
 * Registers one `bun:test` test for every case that applies to a driver.
 *
 * @param driver The URL of the driver module.
 * @param options `report`: a file that must show how many cases pass.
 * @throws Error that describes what is wrong with the module
 * @example
 * import { testDriver } from '@store/conformance/bun';
 *
 * await testDriver(new URL('./conformance.ts', import.meta.url));
 */
export async function testDriver(driver: URL | string, options: TestDriverOptions = {}): Promise<void> {
  await registerCases(jestLike((await import(bunTest)) as JestLike), driver, options);
}
