import { describe, it } from 'node:test';
import { registerCases, type TestDriverOptions } from './register-cases.ts';

/**
 * Registers one `node:test` test for every case that applies to a driver.
 *
 * @param driver The URL of the driver module.
 * @param options `report`: a file that must show how many cases pass.
 * @throws Error that describes what is wrong with the module
 * @example
 * import { testDriver } from '@store/conformance/node-test';
 *
 * await testDriver(new URL('./conformance.ts', import.meta.url));
 */
export async function testDriver(driver: URL | string, options: TestDriverOptions = {}): Promise<void> {
  await registerCases(
    {
      describe: (name, define) => void describe(name, define),
      it: (name, run) => void it(name, run),
      skip: (name, reason) => void it(name, { skip: reason }),
    },
    driver,
    options,
  );
}
