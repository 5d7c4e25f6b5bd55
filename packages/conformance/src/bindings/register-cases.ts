import { assertKnownOptions, invalidOption } from '@store/core/driver';
import { loadDriver } from '../driver/load-driver.ts';
import { planCases } from '../run/planned-case.ts';
import { secondsPerCase } from '../run/run-case.ts';
import { assertReportShown } from './shown-report.ts';

const suite = '@store/conformance';

/** What a test runner must support; each binding maps it to its runner's API. */
export interface TestRunner {
  describe(name: string, define: () => void): void;
  it(name: string, run: () => Promise<void>): void;
  /** Shows the test as skipped, with the reason. */
  skip(name: string, reason: string): void;
}

/** The options of every `testDriver`. */
export interface TestDriverOptions {
  /**
   * A Markdown file, such as the driver's README, that must show how many cases pass: the first table of the report that the
   * command line prints. An additional test fails unless it does. @default none
   */
  report?: URL | string | undefined;
}

/** The timeout for runners that have one: slightly longer than that of a case, whose error is more helpful. */
export const millisecondsPerTest: number = (secondsPerCase + 30) * 1000;

/** Loads a driver module and registers one test for every case that applies to it. */
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
      runner.it('The README shows how many cases pass.', () => assertReportShown(report, loaded, planned));
    }
  });
}
