import type { CookieStoreDriver, SessionStore, StartOptions, StoreDriver } from '@store/core';
import type { Awaitable, RecordStorage } from '@store/core/driver';

/** Where one case keeps its sessions. Every case gets a place of its own, and starts in it as often as it needs. */
export interface Place {
  /** A name no other case has, for a table, a schema or a key prefix: a letter, then letters and digits, 20 in all. */
  namespace: string;
  /** An empty directory of the case's own, for databases and files. Removed afterwards. */
  directory: string;
}

/** What can be handed to the suite: a finished store, or the functions that core makes one from. */
export type Driver = SessionStore | RecordStorage | StoreDriver | CookieStoreDriver;

/**
 * Which contract applies. `records`: built on a `RecordStorage`. `functions`: four functions. `cookie`: the
 * session is in the cookie.
 */
export type DriverKind = 'records' | 'functions' | 'cookie';

/** What a driver may leave out. Claimed: it is tested. Not claimed: the suite checks that it is really not there. */
export interface Capabilities {
  /** `list` and `destroyAll` work; without it both are `UNSUPPORTED`. A cookie driver has `destroyAll` only. */
  subjects?: boolean;
  /** The storage has the optional `save`; without it there is none. */
  savesInOneStep?: boolean;
  /** Stores started twice in one place see the same sessions, and sessions outlive `close()`. @default as the next one */
  sharedBetweenInstances?: boolean;
  /** The same for stores in several processes. */
  sharedBetweenProcesses?: boolean;
  /** Cookie drivers: `destroy` ends a seal. Without it `destroy` does nothing. */
  revocation?: boolean;
}

/** The module that an author hands over: these exports, of which only `start` is required. */
export interface DriverModule {
  /**
   * Starts a driver in the given place. Pass all of `options` on: they hold the clock that the cases move, the timeouts,
   * the listener for events, and `cache: false`.
   */
  start(options: StartOptions, place: Place): Awaitable<Driver>;
  capabilities?: Capabilities;
  /** Needed only for a finished store made with `createStore`: those cannot be told from the others. */
  kind?: DriverKind;
  /** The bare storage behind a finished store, for the cases that look closer than a store allows. */
  openStorage?(place: Place): Awaitable<RecordStorage>;
  /** Everything the backend holds in this place, raw, as text. Shows that no session id is at rest. */
  dump?(place: Place): Awaitable<string>;
  /** What the backend holds under one record key, raw; `undefined` when nothing. For backends too big to dump. */
  peek?(key: string, place: Place): Awaitable<string | undefined>;
  /** Makes the backend fail for this place: stop it, cut it off, take the table away. */
  breakBackend?(place: Place): Awaitable<void>;
  /** Undoes `breakBackend`. Nothing stored may be lost. */
  mendBackend?(place: Place): Awaitable<void>;
  /** Removes what the case left behind, after every store is closed. */
  cleanUp?(place: Place): Awaitable<void>;
  /** Recommended cases that this driver fails knowingly, each with the reason. One that passes after all is an error. */
  knownWeaknesses?: { [caseId: string]: string };
}
