import { basicCases } from './basics.ts';
import { clockCases } from './clocks.ts';
import { closingCases } from './closing.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { cookieCases } from './cookies.ts';
import { countingCases } from './counting.ts';
import { creatingCases } from './creating.ts';
import { endingBySubjectCases } from './ending-by-subject.ts';
import { exitCases } from './exits.ts';
import { failureCases } from './failures.ts';
import { foreignCookieCases } from './foreign-cookies.ts';
import { garbageCollectionCases } from './garbage-collection.ts';
import { instanceCases } from './instances.ts';
import { limitCases } from './limits.ts';
import { movedIdCases } from './moved-ids.ts';
import { movedProcessCases } from './moved-processes.ts';
import { movedRaceCases } from './moved-races.ts';
import { moveCases } from './moves.ts';
import { processCases } from './processes.ts';
import { revocationCases } from './revocation.ts';
import { secrecyCases } from './secrecy.ts';
import { startingCases } from './starting.ts';
import { storageCases } from './storage.ts';
import { storageEndingCases } from './storage-ending.ts';
import { storageExpiryCases } from './storage-expiry.ts';
import { storageMovingCases } from './storage-moving.ts';
import { storageProcessCases } from './storage-processes.ts';
import { storageRaceCases } from './storage-races.ts';
import { storageReplacingCases } from './storage-replacing.ts';
import { storageSavingCases } from './storage-saving.ts';
import { storageScanningCases } from './storage-scanning.ts';
import { storedValueCases } from './stored-values.ts';
import { subjectCases } from './subjects.ts';
import { timeoutCases } from './timeouts.ts';
import { tryingAgainCases } from './trying-again.ts';
import { unknownFieldCases } from './unknown-fields.ts';
import { unreadableCases } from './unreadable.ts';
import { updateCases } from './updates.ts';
import { valueCases } from './values.ts';

/**
 * Every case for every kind of driver, in the order of a report.
 *
 * @example
 * import { allCases } from '@store/conformance';
 *
 * console.log(allCases.find(({ id }) => id === 'load.found')?.title);
 * // load() returns data and flash as last saved.
 */
export const allCases: readonly ConformanceCase[] = [
  ...startingCases,
  ...basicCases,
  ...valueCases,
  ...storedValueCases,
  ...unknownFieldCases,
  ...timeoutCases,
  ...clockCases,
  ...updateCases,
  ...instanceCases,
  ...moveCases,
  ...movedIdCases,
  ...movedRaceCases,
  ...creatingCases,
  ...limitCases,
  ...subjectCases,
  ...endingBySubjectCases,
  ...countingCases,
  ...unreadableCases,
  ...garbageCollectionCases,
  ...storageCases,
  ...storageReplacingCases,
  ...storageMovingCases,
  ...storageEndingCases,
  ...storageScanningCases,
  ...storageSavingCases,
  ...storageRaceCases,
  ...storageExpiryCases,
  ...tryingAgainCases,
  ...cookieCases,
  ...foreignCookieCases,
  ...revocationCases,
  ...closingCases,
  ...failureCases,
  ...secrecyCases,
  ...processCases,
  ...movedProcessCases,
  ...exitCases,
  ...storageProcessCases,
];
