import { describe, it } from 'vitest';
import { millisecondsPerTest, registerCases, type TestDriverOptions } from './register-cases.ts';

/**
 * Registers one vitest test for every case that applies to a driver.
 *
 * @param driver The URL of the driver module.
 * @param options `report`: a file that must show how many cases pass.
 * @throws Error that describes what is wrong with the module
 * @example
 * import { testDriver } from '@store/conformance/vitest';
 *
 * await testDriver(new URL('./conformance.ts', import.meta.url));
 */
export async function testDriver(driver: URL | string, options: TestDriverOptions = {}): Promise<void> {
  await registerCases(
    {
      describe,
      it: (name, run) => it(name, run, millisecondsPerTest),
      skip: (name) => it(name, { skip: true }, () => {}),
    },
    driver,
    options,
  );
}
