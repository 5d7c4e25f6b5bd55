import { describe, it } from 'vitest';
import { millisecondsPerTest, registerCases } from './register-cases.ts';

/**
 * Makes one vitest test of every case that a driver is under.
 *
 * @param driver The URL of the driver module.
 * @throws Error that says what is wrong with the module
 * @example
 * await testDriver(new URL('./driver.ts', import.meta.url));
 */
export async function testDriver(driver: URL | string): Promise<void> {
  await registerCases(
    {
      describe,
      it: (name, run) => it(name, run, millisecondsPerTest),
      skip: (name) => it(name, { skip: true }, () => {}),
    },
    driver,
  );
}
