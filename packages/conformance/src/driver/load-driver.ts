import { rm } from 'node:fs/promises';
import { isSessionStore, isStoreError, type SessionStore } from '@store/core';
import type { RecordStorage } from '@store/core/driver';
import type { Capabilities, Driver, DriverKind, DriverModule, Place } from './driver-module.ts';
import { assertExports } from './module-exports.ts';
import { createPlace } from './place.ts';

/**
 * A driver module after inspection: its kind and its claims, with the defaults filled in.
 *
 * @example
 * import type { LoadedDriver } from '@store/conformance';
 *
 * const canList = ({ kind, claims }: LoadedDriver) => kind === 'records' && claims.subjects;
 */
export interface LoadedDriver {
  module: DriverModule;
  /** The URL from which the module was loaded, for child processes; `undefined` if the module was passed as an object. */
  url: string | undefined;
  kind: DriverKind;
  /** Whether `start` returns a store rather than the functions to make one from. */
  finished: boolean;
  /** The optional functions that the storage is known to lack; empty if the storage is not accessible. */
  lacking: readonly OptionalFunction[];
  claims: Required<Capabilities>;
}

/** The functions that a storage backend may omit without a claim: cases that need them are then reported as not run. */
export type OptionalFunction = 'move' | 'deleteSession' | 'scan';

const optionalFunctions: readonly OptionalFunction[] = ['move', 'deleteSession', 'scan'];

const capabilitiesOf: { [kind in DriverKind]: (keyof Capabilities)[] } = {
  records: ['subjects', 'savesInOneStep', 'sharedBetweenInstances', 'sharedBetweenProcesses'],
  functions: ['sharedBetweenInstances', 'sharedBetweenProcesses'],
  cookie: ['subjects', 'sharedBetweenInstances', 'sharedBetweenProcesses', 'revocation'],
};

/**
 * Imports a driver module and starts it once to detect its kind.
 *
 * @throws Error that describes what is wrong with the module
 * @example
 * import { loadDriver } from '@store/conformance';
 *
 * const url = new URL(process.env.DRIVER ?? './conformance.ts', import.meta.url);
 * const { kind, claims } = await loadDriver(url);
 * console.log(kind, claims.subjects); // records true
 */
export async function loadDriver(url: URL | string): Promise<LoadedDriver> {
  const { href } = moduleUrl(url);
  return inspectDriver((await import(/* @vite-ignore */ href)) as DriverModule, href);
}

function moduleUrl(url: URL | string): URL {
  try {
    return new URL(url);
  } catch (cause) {
    const example = "new URL('./conformance.ts', import.meta.url)";
    throw new Error(`The driver must be the URL of its module, such as ${example}.`, { cause });
  }
}

/**
 * The same for a module that is already loaded. Without a URL, cases that need other processes are not run.
 *
 * @example
 * import { inspectDriver } from '@store/conformance';
 * import { memoryStorage } from '@store/core/memory';
 *
 * const capabilities = { subjects: true, savesInOneStep: true };
 * const driver = await inspectDriver({ start: () => memoryStorage(), capabilities });
 * console.log(driver.kind, driver.claims.subjects); // records true
 */
export async function inspectDriver(module: DriverModule, url?: string): Promise<LoadedDriver> {
  assertExports(module);
  const { finished, kind, lacking } = await startOnce(module);
  return { module, url, finished, kind, lacking, claims: readClaims(module.capabilities ?? {}, kind) };
}

type Found = Pick<LoadedDriver, 'finished' | 'kind' | 'lacking'>;

async function startOnce(module: DriverModule): Promise<Found> {
  const place = await createPlace();
  try {
    const driver = await module.start({ cache: false }, place);
    const kind = kindOf(driver, module.kind);
    const canScan = kind !== 'records' || !isSessionStore(driver) || (await counts(driver));
    // Separate cases test closing.
    await Promise.allSettled([driver.close?.()]);
    const found: Found = { finished: isSessionStore(driver), kind, lacking: canScan ? [] : ['scan'] };
    if (kind === 'records' && (!found.finished || module.openStorage))
      found.lacking = await missingFunctions(driver, module, place);
    await module.cleanUp?.(place);
    return found;
  } finally {
    await rm(place.directory, { recursive: true, force: true });
  }
}

async function counts(store: SessionStore): Promise<boolean> {
  return store.count().then(
    () => true,
    (error: unknown) => !isStoreError(error, 'UNSUPPORTED'),
  );
}

async function missingFunctions(
  driver: Driver,
  { openStorage }: DriverModule,
  place: Place,
): Promise<OptionalFunction[]> {
  const storage = (openStorage ? await openStorage(place) : driver) as RecordStorage;
  const lacking = optionalFunctions.filter((name) => typeof storage[name] !== 'function');
  if (openStorage) await Promise.allSettled([storage.close?.()]);
  return lacking;
}

function kindOf(driver: Driver, declared: DriverKind | undefined): DriverKind {
  const has = (...names: string[]) =>
    names.every((name) => typeof (driver as unknown as { [name: string]: unknown })?.[name] === 'function');
  let found: DriverKind;
  if (isSessionStore(driver)) found = driver.kind === 'cookie' ? 'cookie' : (declared ?? 'records');
  else if (has('read', 'insert', 'replace')) found = 'records';
  else if (has('load', 'cookieValue')) found = 'cookie';
  else if (has('load', 'save', 'destroy', 'gc')) found = 'functions';
  else {
    throw new Error(
      'start() must return a SessionStore, a RecordStorage, a StoreDriver or a CookieStoreDriver. Does it await the backend?',
    );
  }
  if (declared === undefined || declared === found) return found;
  throw new Error(`The driver module exports kind '${declared}', but start() returned kind '${found}'.`);
}

function readClaims(claimed: Capabilities, kind: DriverKind): Required<Capabilities> {
  for (const [name, value] of Object.entries(claimed)) {
    if (value === undefined) continue;
    if (!capabilitiesOf[kind].includes(name as keyof Capabilities)) {
      throw new Error(
        `A driver of kind '${kind}' has no capability "${name}"; it has ${capabilitiesOf[kind].join(', ')}.`,
      );
    }
  }
  const { subjects = false, savesInOneStep = false, revocation = false } = claimed;
  const { sharedBetweenProcesses = false } = claimed;
  const { sharedBetweenInstances = sharedBetweenProcesses } = claimed;
  if (sharedBetweenProcesses && !sharedBetweenInstances) {
    throw new Error('A driver that claims sharedBetweenProcesses must also claim sharedBetweenInstances.');
  }
  return { subjects, savesInOneStep, revocation, sharedBetweenInstances, sharedBetweenProcesses };
}
