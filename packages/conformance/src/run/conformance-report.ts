import { assertKnownOptions, invalidOption } from '@store/core/driver';
import type { CaseLevel } from '../cases/conformance-case.ts';
import { type LoadedDriver, loadDriver } from '../driver/load-driver.ts';
import { planCases } from './planned-case.ts';

const suite = '@store/conformance';

/**
 * The result of one case.
 *
 * @example
 * import type { CaseResult } from '@store/conformance';
 *
 * const onResult = ({ id, outcome, reason }: CaseResult) => console.log(id, outcome, reason ?? '');
 */
export interface CaseResult {
  id: string;
  level: CaseLevel;
  title: string;
  /** `weakness`: not passed, as declared in `knownWeaknesses`. */
  outcome: 'passed' | 'failed' | 'skipped' | 'weakness';
  /** Why it was skipped, or the declared reason for the weakness. */
  reason?: string;
  /** The error that the case threw. */
  error?: unknown;
}

/**
 * The result of a driver.
 *
 * @example
 * import type { ConformanceReport } from '@store/conformance';
 *
 * const failed = ({ results }: ConformanceReport) =>
 *   results.filter(({ outcome }) => outcome === 'failed').map(({ id, error }) => ({ id, error }));
 */
export interface ConformanceReport {
  kind: LoadedDriver['kind'];
  claims: LoadedDriver['claims'];
  results: CaseResult[];
  /** No required case failed, and no case about a capability, whether claimed or not. */
  conforms: boolean;
  /** Whether only some of the cases were run. */
  partial: boolean;
}

export interface ConformanceOptions {
  /** Runs only the cases whose id starts with this, such as `storage.`. @default all */
  only?: string;
  /** Called with each result as it arrives. @default none */
  onResult?: (result: CaseResult) => void;
}

/**
 * Runs every case that applies to a driver, one after another.
 *
 * @param driver The URL of the driver module, or the result of `inspectDriver`.
 * @throws Error if the module is unusable or no case matches `only`; a failing case is in the report instead
 * @example
 * import { inspectDriver, runConformance } from '@store/conformance';
 * import { memoryStorage } from '@store/core/memory';
 *
 * const capabilities = { subjects: true, savesInOneStep: true };
 * const driver = await inspectDriver({ start: () => memoryStorage(), capabilities });
 * const { conforms } = await runConformance(driver, { only: 'load.' });
 * console.log(conforms); // true
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
  if (planned.length === 0) throw new Error(`No case id of this driver starts with "${only}".`);
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
