import { assertKnownOptions, invalidOption } from '@store/core/driver';
import type { CaseLevel } from '../cases/conformance-case.ts';
import { type LoadedDriver, loadDriver } from '../driver/load-driver.ts';
import { planCases } from './planned-case.ts';

const suite = '@store/conformance';

/** How one case came out. */
export interface CaseResult {
  id: string;
  level: CaseLevel;
  title: string;
  /** `weakness`: not passed, as the driver says itself. */
  outcome: 'passed' | 'failed' | 'skipped' | 'weakness';
  /** Why it was skipped, or which weakness it is. */
  reason?: string;
  /** What the case threw. */
  error?: unknown;
}

/** How a driver came out. */
export interface ConformanceReport {
  kind: LoadedDriver['kind'];
  claims: LoadedDriver['claims'];
  results: CaseResult[];
  /** No required case and no claimed or unclaimed capability failed. */
  conforms: boolean;
  /** Whether only some of the cases were run, which says nothing of the others. */
  partial: boolean;
}

export interface ConformanceOptions {
  /** Runs only the cases whose id begins so, such as `storage.`. @default all */
  only?: string;
  /** Hears of each result as it comes. @default none */
  onResult?: (result: CaseResult) => void;
}

/**
 * Runs every case that a driver is under, one after another.
 *
 * @param driver The URL of the driver module, or what `inspectDriver` made of one.
 * @throws Error that says what is wrong with the module, or that no case begins as told; a case that fails is in the report
 * @example
 * const { conforms } = await runConformance(new URL('./driver.ts', import.meta.url));
 */
export async function runConformance(
  driver: URL | string | LoadedDriver,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  assertKnownOptions(suite, options, ['only', 'onResult']);
  const { only = '', onResult } = options;
  if (typeof only !== 'string') throw invalidOption(suite, 'only', 'the beginning of a case id', only);
  if (onResult !== undefined && typeof onResult !== 'function')
    throw invalidOption(suite, 'onResult', 'a function that takes a result', onResult);
  const loaded = driver instanceof URL || typeof driver === 'string' ? await loadDriver(driver) : driver;
  const results: CaseResult[] = [];
  const planned = planCases(loaded).filter(({ id }) => id.startsWith(only));
  if (planned.length === 0) throw new Error(`No case of this driver begins with "${only}".`);
  for (const { run, skip, weakness, ...about } of planned) {
    let result: CaseResult;
    if (skip !== undefined) {
      result = { ...about, outcome: 'skipped', reason: skip };
    } else {
      result = await run().then(
        (): CaseResult =>
          weakness === undefined
            ? { ...about, outcome: 'passed' }
            : { ...about, outcome: 'weakness', reason: weakness },
        (error: unknown): CaseResult => ({ ...about, outcome: 'failed', error }),
      );
    }
    results.push(result);
    onResult?.(result);
  }
  const conforms = results.every(({ outcome, level }) => outcome !== 'failed' || level === 'recommended');
  return { kind: loaded.kind, claims: loaded.claims, results, conforms, partial: only !== '' };
}
