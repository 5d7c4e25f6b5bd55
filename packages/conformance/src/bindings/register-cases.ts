import { assertKnownOptions, invalidOption } from '@store/core/driver';
import { loadDriver } from '../driver/load-driver.ts';
import { planCases } from '../run/planned-case.ts';
import { secondsPerCase } from '../run/run-case.ts';
import { assertReportShown } from './shown-report.ts';

const suite = '@store/conformance';

/** What a test runner is asked to do; each binding says it in its runner's words. */
export interface TestRunner {
  describe(name: string, define: () => void): void;
  it(name: string, run: () => Promise<void>): void;
  /** Makes the test visible, with the reason why it is not run. */
  skip(name: string, reason: string): void;
}

/** What every `testDriver` takes besides the driver. */
export interface TestDriverOptions {
  /**
   * A Markdown file, such as the driver's README, that must show how many cases pass: the first table of the report that the
   * command line prints. One more test fails while it does not. @default none
   */
  report?: URL | string | undefined;
}

/** What runners with a limit of their own are given: a little more than the case's, whose error says more. */
export const millisecondsPerTest: number = (secondsPerCase + 30) * 1000;

/** Loads a driver module and makes one test of every case it is under. */
export async function registerCases(
  runner: TestRunner,
  driver: URL | string,
  options: TestDriverOptions,
): Promise<void> {
  assertKnownOptions(suite, options, ['report']);
  const { report } = options;
  if (report !== undefined && typeof report !== 'string' && typeof report?.href !== 'string')
    throw invalidOption(suite, 'report', 'the path or URL of a Markdown file', report);
  const loaded = await loadDriver(driver);
  const planned = planCases(loaded);
  runner.describe(`the contract of @store/core, for a driver of kind '${loaded.kind}'`, () => {
    for (const { id, level, title, skip, weakness, run } of planned) {
      const name = `${id} (${level}): ${title}`;
      if (skip !== undefined) runner.skip(`${name} [not run: ${skip}]`, skip);
      else runner.it(weakness === undefined ? name : `${name} [known weakness: ${weakness}]`, run);
    }
    if (report !== undefined) {
      runner.it('The report shown to users is this one.', () => assertReportShown(report, loaded, planned));
    }
  });
}
