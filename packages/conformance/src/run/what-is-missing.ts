import type { CaseNeed, ConformanceCase } from '../cases/conformance-case.ts';
import type { LoadedDriver } from '../driver/load-driver.ts';

/** The reason why a case cannot be run; `undefined` if it can. */
export function missingRequirement(
  { needs = [] }: ConformanceCase,
  driver: LoadedDriver,
): string | undefined {
  return needs.map((need) => missing[need](driver)).find((reason) => reason !== undefined);
}

const hasStorage = ({ finished, kind, module }: LoadedDriver) =>
  kind === 'records' && (!finished || module.openStorage !== undefined);

const missing: { [need in CaseNeed]: (driver: LoadedDriver) => string | undefined } = {
  instances: (driver) =>
    driver.claims.sharedBetweenInstances || hasStorage(driver) ? undefined : 'no two stores share sessions',
  storage: (driver) => (hasStorage(driver) ? undefined : 'the module exports no openStorage()'),
  move: ({ lacking }) => (lacking.includes('move') ? 'the storage has no move()' : undefined),
  deleteSession: ({ lacking }) =>
    lacking.includes('deleteSession') ? 'the storage has no deleteSession()' : undefined,
  scan: ({ lacking }) => (lacking.includes('scan') ? 'the storage has no scan()' : undefined),
  finishedStore: ({ finished }) => (finished ? undefined : 'start() returns no finished store'),
  breakBackend: ({ module }) => (module.breakBackend ? undefined : 'the module exports no breakBackend()'),
  rawBackend: ({ module }) =>
    module.dump || module.peek ? undefined : 'the module exports no dump() or peek()',
  peek: ({ module }) => (module.peek ? undefined : 'the module exports no peek()'),
  processes: ({ url }) => (url === undefined ? 'the module was not loaded by its URL' : undefined),
};
