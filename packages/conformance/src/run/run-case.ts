import type { ConformanceCase } from '../cases/conformance-case.ts';
import type { LoadedDriver } from '../driver/load-driver.ts';
import { createCaseContext } from './case-context.ts';

/** The timeout of a case in seconds. It is generous, because processes start slowly on a busy machine. */
export const secondsPerCase = 120;

/** Runs a case in a fresh place, and always cleans up afterwards. @throws the case's error */
export async function runCase({ run }: ConformanceCase, driver: LoadedDriver): Promise<void> {
  const { context, dispose } = await createCaseContext(driver);
  let failure: { error: unknown } | undefined;
  try {
    await withinLimit(run(context));
  } catch (error) {
    failure = { error };
  }
  try {
    await dispose();
  } catch (error) {
    failure ??= {
      error: new Error('The case passed, but cleaning up after it failed.', { cause: error }),
    };
  }
  if (failure) throw failure.error;
}

/** A case that hangs fails, so that a report always ends. */
async function withinLimit(running: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`The case did not finish within ${secondsPerCase} seconds.`));
  }, secondsPerCase * 1000);
  try {
    await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a case that the driver is known to fail. @throws Error if it passes */
export async function runWeakness(each: ConformanceCase, driver: LoadedDriver): Promise<void> {
  const passed = await runCase(each, driver).then(
    () => true,
    () => false,
  );
  if (passed) throw new Error(`The driver passes "${each.id}". Remove it from knownWeaknesses.`);
}
