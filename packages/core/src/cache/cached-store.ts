import type {
  CookieValueOptions,
  DestroyAllOptions,
  SaveOptions,
  SessionChange,
  SessionEntry,
  SessionStore,
  SessionSummary,
  TouchOptions,
  UpdateOptions,
} from '../contract/session-store.ts';
import type { SessionData, StoredSession } from '../contract/stored-session.ts';
import { invalidOption, StoreError } from '../errors.ts';
import { assertSameMajor, storeBrand, version } from './store-brand.ts';

/**
 * Where the process keeps its store. It is on `globalThis` rather than in this module, because a bundler, a duplicate install or
 * a hot reload can load core more than once, and all copies must share one store. No request state is kept there.
 */
interface Cell {
  store?: SessionStore | undefined;
}

const symbol = Symbol.for('@store/core');

function cell(): Cell {
  const holder = globalThis as { [symbol]?: Cell };
  holder[symbol] ??= {};
  return holder[symbol];
}

/**
 * Caches a store for the whole process; each driver's `startSession()` calls it at boot.
 * A store that is already cached is replaced, not closed, and its `onEvent` gets `store-replaced`.
 * @throws {StoreError} `INVALID_OPTION` for anything but a session store; `INCOMPATIBLE` when another major version of core made it.
 * @example
 * import { cacheStore } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * cacheStore(await startSession({ cache: false }));
 */
export function cacheStore(store: SessionStore): void {
  const brand = storeBrand(store);
  if (!brand) {
    throw invalidOption(
      '@store/core',
      'store',
      'a session store made by createStore(), createCookieStore() or createRecordStore()',
      store,
    );
  }
  assertSameMajor(brand);
  const at = cell();
  const replaced = at.store;
  at.store = store;
  if (replaced && replaced !== store) storeBrand(replaced)?.report({ type: 'store-replaced' });
}

/**
 * Returns the cached store.
 * @throws {StoreError} `NO_STORE` when no store is cached; `INCOMPATIBLE` when another major version of core made it.
 * @example
 * import { cachedStore } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * (await startSession()) === cachedStore(); // true
 */
export function cachedStore(): SessionStore {
  const { store } = cell();
  const brand = storeBrand(store);
  if (!store || !brand) {
    throw new StoreError(
      'NO_STORE',
      "[@store/core] No session store is cached. Call a driver's startSession() at boot, such as that of @store/sqlite, " +
        'and await it before the first request.',
    );
  }
  assertSameMajor(brand);
  return store;
}

/**
 * Removes the store from the cache without closing it. @returns the store that was cached, if any
 * @example
 * import { uncacheStore } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * (await startSession()) === uncacheStore(); // true
 */
export function uncacheStore(): SessionStore | undefined {
  const at = cell();
  const { store } = at;
  at.store = undefined;
  return store;
}

/** Removes this store from the cache if it is the cached one: a closed store must not stay cached. */
export function forgetStore(store: SessionStore): void {
  const at = cell();
  if (at.store === store) at.store = undefined;
}

type Method = Exclude<keyof SessionStore, 'kind' | 'name' | 'timeouts'>;

/** The cached store, after checking that it has the method: an older minor version of core may have made it. */
function storeWith(method: Method): SessionStore {
  const store = cachedStore();
  if (typeof store[method] === 'function') return store;
  throw new StoreError(
    'UNSUPPORTED',
    `[@store/core] The cached store has no ${method}(): it was made by @store/core ${storeBrand(store)?.version}, ` +
      `and this is ${version}. Install one version of @store/core.`,
  );
}

// Each function below calls the method of the same name on the cached store; SessionStore documents the contract.
// They are async so that a missing store causes a rejection, like every other failure.

/**
 * Calls `load` on the cached store. Like all of these functions, it rejects with `NO_STORE` when no store is cached.
 * @example
 * import { createSessionId, load } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * const { exists, data } = await load(createSessionId()); // false, {}: nothing is saved under this id
 */
export async function load(id: string): Promise<StoredSession> {
  return storeWith('load').load(id);
}

/**
 * Calls `save` on the cached store.
 * @example
 * import { createSessionId, save } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * await save(createSessionId(), { cart: ['tea'] }, { notice: 'Welcome' }, { subject: 'user-7' });
 */
export async function save(
  id: string,
  data: SessionData,
  flash: SessionData,
  options?: SaveOptions,
): Promise<void> {
  return storeWith('save').save(id, data, flash, options);
}

/**
 * Calls `create` on the cached store.
 * @example
 * import { create, createSessionId } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * await create(createSessionId(), { cart: ['tea'] }, {}); // true: the id was free
 */
export async function create(
  id: string,
  data: SessionData,
  flash: SessionData,
  options?: SaveOptions,
): Promise<boolean> {
  return storeWith('create').create(id, data, flash, options);
}

/**
 * Calls `update` on the cached store.
 * @example
 * import { createSessionId, save, update } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * const id = createSessionId();
 * await save(id, { cart: [] }, {});
 * await update(id, ({ data, flash }) => ({ data: { ...data, seen: true }, flash })); // true
 */
export async function update(id: string, change: SessionChange, options?: UpdateOptions): Promise<boolean> {
  return storeWith('update').update(id, change, options);
}

/**
 * Calls `touch` on the cached store.
 * @example
 * import { createSessionId, touch } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * await touch(createSessionId()); // false: no such session
 */
export async function touch(id: string, options?: TouchOptions): Promise<boolean> {
  return storeWith('touch').touch(id, options);
}

/**
 * Calls `destroy` on the cached store.
 * @example
 * import { createSessionId, destroy } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * await destroy(createSessionId()); // not an error, even if there is no such session
 */
export async function destroy(id: string): Promise<void> {
  return storeWith('destroy').destroy(id);
}

/**
 * Calls `gc` on the cached store.
 * @example
 * import { gc } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * const removed = await gc(); // 0: no session has expired
 */
export async function gc(): Promise<number> {
  return storeWith('gc').gc();
}

/**
 * Calls `cookieValue` on the cached store.
 * @example
 * import { cookieValue, createSessionId } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * const value = await cookieValue(createSessionId(), {}, {}); // the id; from a cookie store, a seal
 */
export async function cookieValue(
  id: string,
  data: SessionData,
  flash: SessionData,
  options?: CookieValueOptions,
): Promise<string> {
  return storeWith('cookieValue').cookieValue(id, data, flash, options);
}

/**
 * Calls `list` on the cached store.
 * @example
 * import { list } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * for (const { createdAt } of await list('user-7')) console.log(new Date(createdAt)); // newest first
 */
export async function list(subject: string): Promise<SessionSummary[]> {
  return storeWith('list').list(subject);
}

/**
 * Calls `destroyAll` on the cached store.
 * @example
 * import { destroyAll } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * const ended = await destroyAll('user-7'); // 0: user-7 has no sessions
 */
export async function destroyAll(subject: string, options?: DestroyAllOptions): Promise<number> {
  return storeWith('destroyAll').destroyAll(subject, options);
}

/**
 * Calls `count` on the cached store.
 * @example
 * import { count } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * const live = await count(); // 0: nothing has been saved
 */
export async function count(): Promise<number> {
  return storeWith('count').count();
}

/**
 * Calls `entries` on the cached store.
 * @example
 * import { entries } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * for await (const { subject, expiresAt } of entries()) console.log(subject, new Date(expiresAt));
 */
export async function* entries(): AsyncGenerator<SessionEntry, void> {
  yield* storeWith('entries').entries();
}

/**
 * Calls `clear` on the cached store.
 * @example
 * import { clear } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * const removed = await clear(); // 0: the store was empty
 */
export async function clear(): Promise<number> {
  return storeWith('clear').clear();
}

/**
 * Calls `close` on the cached store, which also removes it from the cache.
 * @example
 * import { close } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * await close(); // load() now rejects with NO_STORE
 */
export async function close(): Promise<void> {
  return storeWith('close').close();
}
