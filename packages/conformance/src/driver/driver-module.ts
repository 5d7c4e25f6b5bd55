import type { CookieStoreDriver, SessionStore, StartOptions, StoreDriver } from '@store/core';
import type { Awaitable, RecordStorage } from '@store/core/driver';

/**
 * Where one case keeps its sessions. Every case gets a new place, and may start any number of stores in it.
 *
 * @example
 * import { join } from 'node:path';
 * import type { Place } from '@store/conformance';
 *
 * const databaseIn = ({ directory }: Place) => join(directory, 'sessions.db');
 * const tableIn = ({ namespace }: Place) => `${namespace}_sessions`;
 */
export interface Place {
  /** A unique name for a table, a schema or a key prefix: a letter followed by letters and digits, 20 characters in total. */
  namespace: string;
  /** An empty directory for databases and files, used only by this case and removed afterwards. */
  directory: string;
}

/**
 * What `start` may return: a finished store, or the functions that core makes a store from.
 *
 * @example
 * import type { Driver } from '@store/conformance';
 * import { memoryStorage } from '@store/core/memory';
 *
 * export const start = (): Driver => memoryStorage();
 */
export type Driver = SessionStore | RecordStorage | StoreDriver | CookieStoreDriver;

/**
 * Which contract applies. `records`: built on a `RecordStorage`. `functions`: built on four functions. `cookie`: the
 * session is in the cookie.
 *
 * @example
 * import type { DriverKind } from '@store/conformance';
 *
 * export const kind: DriverKind = 'functions'; // next to a `start` that returns a store made with createStore
 */
export type DriverKind = 'records' | 'functions' | 'cookie';

/**
 * The optional capabilities. A claimed capability is tested; for an unclaimed one, the suite checks that it is really absent.
 *
 * @example
 * import type { Capabilities } from '@store/conformance';
 *
 * export const capabilities: Capabilities = { subjects: true, sharedBetweenProcesses: true };
 */
export interface Capabilities {
  /** `list` and `destroyAll` work; without the claim, both are `UNSUPPORTED`. A cookie driver has `destroyAll` only. */
  subjects?: boolean;
  /** The storage has the optional `save`; without the claim, `save` must be absent. */
  savesInOneStep?: boolean;
  /** Two stores in one place share sessions, and sessions outlive `close()`. @default the value of `sharedBetweenProcesses` */
  sharedBetweenInstances?: boolean;
  /** The same for stores in several processes. */
  sharedBetweenProcesses?: boolean;
  /** Cookie drivers: `destroy` ends a seal. Without the claim, `destroy` does nothing. */
  revocation?: boolean;
}

/**
 * The exports of a driver module. Only `start` is required.
 *
 * @example
 * import type { DriverModule } from '@store/conformance';
 * import { memoryStorage, startSession } from '@store/core/memory';
 *
 * export const start: DriverModule['start'] = (options) => startSession(options);
 * export const openStorage: DriverModule['openStorage'] = () => memoryStorage();
 * export const capabilities: DriverModule['capabilities'] = { subjects: true, savesInOneStep: true };
 */
export interface DriverModule {
  /**
   * Starts a driver in the given place. Pass on all of `options`: they contain the clock that the cases control, the timeouts,
   * the event listener, and `cache: false`.
   */
  start(options: StartOptions, place: Place): Awaitable<Driver>;
  capabilities?: Capabilities;
  /** Needed only for a finished store made with `createStore`, because the suite cannot detect that. */
  kind?: DriverKind;
  /** The bare storage behind a finished store, for the cases that test the storage itself. */
  openStorage?(place: Place): Awaitable<RecordStorage>;
  /** The raw content of the backend in this place, as text, to check that it contains no session id. */
  dump?(place: Place): Awaitable<string>;
  /** The raw content under one record key; `undefined` if the key is free. For backends too big to dump. */
  peek?(key: string, place: Place): Awaitable<string | undefined>;
  /** Makes the backend fail for this place: stop it, disconnect it, or drop the table. */
  breakBackend?(place: Place): Awaitable<void>;
  /** Undoes `breakBackend`. Nothing stored may be lost. */
  mendBackend?(place: Place): Awaitable<void>;
  /** Removes what the case left behind, after every store is closed. */
  cleanUp?(place: Place): Awaitable<void>;
  /** Recommended cases that this driver is known to fail, each with a reason. If such a case passes, that is an error. */
  knownWeaknesses?: { [caseId: string]: string };
}
