import { rm } from 'node:fs/promises';
import type { SessionStore, StartOptions, StoreEvent } from '@store/core';
import { createRecordStore, type RecordStorage } from '@store/core/driver';
import type { Capabilities, Driver, DriverKind, DriverModule, Place } from '../driver/driver-module.ts';
import type { LoadedDriver } from '../driver/load-driver.ts';
import { makeStore } from '../driver/make-store.ts';
import { createPlace } from '../driver/place.ts';
import { type DriverProcess, spawnProcesses } from '../processes/driver-process.ts';
import { type BoundStorage, boundStorage } from './bound-storage.ts';
import { type CaseClock, createCaseClock } from './case-clock.ts';

/**
 * The environment of a case. Everything started here is closed and removed when the case ends.
 *
 * @example
 * import type { CaseContext } from '@store/conformance';
 * import { createSessionId } from '@store/core';
 *
 * async function run({ start, clock }: CaseContext): Promise<void> {
 *   const store = await start({ idleTimeout: 60 });
 *   const id = createSessionId();
 *   await store.save(id, {}, {});
 *   clock.advance(61);
 *   if ((await store.load(id)).exists) throw new Error('The session outlived its idle timeout.');
 * }
 */
export interface CaseContext {
  readonly kind: DriverKind;
  readonly claims: Required<Capabilities>;
  readonly module: DriverModule;
  readonly place: Place;
  readonly clock: CaseClock;
  /** The events that the stores of this case reported. */
  readonly events: readonly StoreEvent[];
  /** Starts a store in this case's place. */
  start(options?: StartOptions): Promise<SessionStore>;
  /** Starts several stores on the same sessions, like several servers: one for each options object. */
  instances<T extends StartOptions[]>(...each: T): Promise<{ [index in keyof T]: SessionStore }>;
  /** Opens the bare storage. */
  openStorage(): Promise<BoundStorage>;
  /** Starts a store together with the bare storage under it. */
  startWithStorage(options?: StartOptions): Promise<{ store: SessionStore; storage: BoundStorage }>;
  /** Starts a store, or with `bare` opens the storage, in several other processes at the same moment. */
  processes<N extends number>(count: N, options?: { bare?: boolean }): Promise<Processes<N>>;
  /** Spawns this many other processes, with nothing running in them yet. */
  idleProcesses<N extends number>(count: N): Promise<Processes<N>>;
  /** Makes another place, in which nothing has been started. */
  emptyPlace(): Promise<Place>;
}

/** The requested number of processes, as a tuple if it is two. */
type Processes<N extends number> = N extends 2 ? [DriverProcess, DriverProcess] : DriverProcess[];

/** Creates the environment for one case, in a fresh place. */
export async function createCaseContext({
  module,
  url,
  kind,
  claims,
}: LoadedDriver): Promise<{ context: CaseContext; dispose(): Promise<void> }> {
  const place = await createPlace();
  const places = [place];
  const clock = createCaseClock();
  const events: StoreEvent[] = [];
  const opened: { close?(): unknown }[] = [];
  const children: DriverProcess[] = [];

  const fill = (options: StartOptions): StartOptions => ({
    now: clock.now,
    onEvent: (event) => events.push(event),
    cache: false,
    ...options,
  });
  const fillStore = (options: StartOptions) => {
    const { cache: _, ...storeOptions } = fill(options);
    return storeOptions;
  };
  async function open<T extends Driver>(driver: T): Promise<T> {
    opened.push(driver);
    return driver;
  }
  async function openStorage(): Promise<BoundStorage> {
    const storage = await (module.openStorage?.(place) ?? module.start(fill({}), place));
    return boundStorage(await open(storage as RecordStorage));
  }

  const context: CaseContext = {
    kind,
    claims,
    module,
    place,
    clock,
    events,
    openStorage,
    async start(options = {}) {
      const store = makeStore(await module.start(fill(options), place), kind, fill(options));
      return open(store);
    },
    async startWithStorage(options = {}) {
      const storage = await openStorage();
      const store = claims.sharedBetweenInstances
        ? await context.start(options)
        : createRecordStore(storage, fillStore(options));
      return { store, storage };
    },
    async instances<T extends StartOptions[]>(...each: T) {
      const storage = claims.sharedBetweenInstances ? undefined : await openStorage();
      const stores: unknown = storage
        ? each.map((options) => createRecordStore(storage, fillStore(options)))
        : await Promise.all(each.map((options) => context.start(options)));
      return stores as { [index in keyof T]: SessionStore };
    },
    async idleProcesses(count) {
      if (url === undefined)
        throw new Error('Other processes need a driver module that was loaded from a URL.');
      const spawned = await spawnProcesses(count, { url, kind });
      children.push(...spawned);
      return spawned as Processes<typeof count>;
    },
    async processes(count, { bare = false } = {}) {
      const spawned = await context.idleProcesses(count);
      await Promise.all(spawned.map((each: DriverProcess) => each.start(place, bare)));
      return spawned;
    },
    async emptyPlace() {
      const another = await createPlace();
      places.push(another);
      return another;
    },
  };

  return {
    context,
    async dispose() {
      for (const child of children) child.kill();
      // Errors are ignored, because separate cases test closing.
      await Promise.allSettled(opened.map(async (driver) => driver.close?.()));
      for (const each of places) {
        await module.cleanUp?.(each);
        await rm(each.directory, { recursive: true, force: true });
      }
    },
  };
}
