import { allCases } from '../cases/all-cases.ts';
import type { CaseLevel } from '../cases/conformance-case.ts';
import type { LoadedDriver } from '../driver/load-driver.ts';
import { runCase, runWeakness } from './run-case.ts';
import { missingRequirement } from './what-is-missing.ts';

/**
 * A case, as it applies to one driver.
 *
 * @example
 * import type { PlannedCase } from '@store/conformance';
 *
 * const testName = ({ id, level, title }: PlannedCase) => `${id} (${level}): ${title}`;
 */
export interface PlannedCase {
  id: string;
  level: CaseLevel;
  /** The contract's sentence. */
  title: string;
  /** Why the case is not run: what the driver module does not provide. */
  skip: string | undefined;
  /** The driver's reason for failing this recommended case. If it is set, `run` throws when the case passes. */
  weakness: string | undefined;
  /** Throws a plain error if the sentence does not hold. */
  run(): Promise<void>;
}

/**
 * The cases that apply to a driver, in order.
 *
 * @throws Error when `knownWeaknesses` names a case that is not recommended or does not exist
 * @example
 * import { inspectDriver, planCases } from '@store/conformance';
 * import { memoryStorage } from '@store/core/memory';
 *
 * const capabilities = { subjects: true, savesInOneStep: true };
 * const driver = await inspectDriver({ start: () => memoryStorage(), capabilities });
 * for (const { id, skip, run } of planCases(driver)) {
 *   if (id.startsWith('load.') && skip === undefined) await run(); // throws if the driver breaks the contract
 * }
 */
export function planCases(driver: LoadedDriver): PlannedCase[] {
  const { module, kind, claims } = driver;
  const applicable = allCases.filter(
    ({ kinds, claims: claimed = [], lacks }) =>
      kinds.includes(kind) && [claimed].flat().every((each) => claims[each]) && (!lacks || !claims[lacks]),
  );
  const weaknesses = module.knownWeaknesses ?? {};
  const recommended = applicable.filter(({ level }) => level === 'recommended').map(({ id }) => id);
  const wrong = Object.keys(weaknesses).find((id) => !recommended.includes(id));
  if (wrong !== undefined) {
    throw new Error(
      `knownWeaknesses names "${wrong}", but only recommended cases may be named: ${recommended.join(', ')}.`,
    );
  }
  return applicable.map((each) => {
    const weakness = weaknesses[each.id];
    return {
      id: each.id,
      level: each.level,
      title: each.title,
      skip: missingRequirement(each, driver),
      weakness,
      run: () => (weakness === undefined ? runCase(each, driver) : runWeakness(each, driver)),
    };
  });
}
