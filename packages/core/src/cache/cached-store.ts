import type {
  CookieValueOptions,
  DestroyAllOptions,
  SaveOptions,
  SessionChange,
  SessionData,
  SessionEntry,
  SessionStore,
  SessionSummary,
  StoredSession,
  TouchOptions,
  UpdateOptions,
} from '../contract/session-store.ts';
import { invalidOption, StoreError } from '../errors.ts';
import { assertSameMajor, storeBrand, version } from './store-brand.ts';

/**
 * Where the process keeps its store. On `globalThis`, not in this module: a bundler, a duplicate install or a hot reload loads
 * core more than once, and all copies must see one store. It holds nothing about any request.
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
 *
 * If another store is cached it is replaced, not closed, and `store-replaced` is reported to its `onEvent`.
 *
 * @throws {StoreError} `INVALID_OPTION` when it is no session store; `INCOMPATIBLE` when another major of core made it.
 * @example
 * cacheStore(await startSession({ database: './sessions.db', cache: false }));
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
 * The cached store.
 *
 * @throws {StoreError} `NO_STORE` when there is none; `INCOMPATIBLE` when another major of core made it.
 */
export function cachedStore(): SessionStore {
  const { store } = cell();
  const brand = storeBrand(store);
  if (!store || !brand) {
    throw new StoreError(
      'NO_STORE',
      '[@store/core] No session store is cached. Call startSession() of a driver, such as @store/sqlite, at boot ' +
        'and await it before the first request.',
    );
  }
  assertSameMajor(brand);
  return store;
}

/** Takes the store out of the cache without closing it. @returns the store that was cached, if any */
export function uncacheStore(): SessionStore | undefined {
  const at = cell();
  const { store } = at;
  at.store = undefined;
  return store;
}

/** Takes this store out of the cache if it is the cached one: a closed store must not stay there. */
export function forgetStore(store: SessionStore): void {
  const at = cell();
  if (at.store === store) at.store = undefined;
}

type Method = Exclude<keyof SessionStore, 'kind' | 'name' | 'timeouts'>;

/** The cached store, once it is known to have the method: an older minor of core may have made it. */
function storeWith(method: Method): SessionStore {
  const store = cachedStore();
  if (typeof store[method] === 'function') return store;
  throw new StoreError(
    'UNSUPPORTED',
    `[@store/core] ${method}() is not in the cached store, made by @store/core ${storeBrand(store)?.version}; ` +
      `this is ${version}. Install one version of @store/core.`,
  );
}

// Each function below does what the method of the same name does on the cached store; SessionStore has the contract.
// They are async so that a missing store rejects, as every other failure does.

/** `load` of the cached store. Rejects with `NO_STORE` when none is cached, as all of these do. */
export async function load(id: string): Promise<StoredSession> {
  return storeWith('load').load(id);
}

/** `save` of the cached store. */
export async function save(
  id: string,
  data: SessionData,
  flash: SessionData,
  options?: SaveOptions,
): Promise<void> {
  return storeWith('save').save(id, data, flash, options);
}

/** `create` of the cached store. */
export async function create(
  id: string,
  data: SessionData,
  flash: SessionData,
  options?: SaveOptions,
): Promise<boolean> {
  return storeWith('create').create(id, data, flash, options);
}

/** `update` of the cached store. */
export async function update(id: string, change: SessionChange, options?: UpdateOptions): Promise<boolean> {
  return storeWith('update').update(id, change, options);
}

/** `touch` of the cached store. */
export async function touch(id: string, options?: TouchOptions): Promise<boolean> {
  return storeWith('touch').touch(id, options);
}

/** `destroy` of the cached store. */
export async function destroy(id: string): Promise<void> {
  return storeWith('destroy').destroy(id);
}

/** `gc` of the cached store. */
export async function gc(): Promise<number> {
  return storeWith('gc').gc();
}

/** `cookieValue` of the cached store. */
export async function cookieValue(
  id: string,
  data: SessionData,
  flash: SessionData,
  options?: CookieValueOptions,
): Promise<string> {
  return storeWith('cookieValue').cookieValue(id, data, flash, options);
}

/** `list` of the cached store. */
export async function list(subject: string): Promise<SessionSummary[]> {
  return storeWith('list').list(subject);
}

/** `destroyAll` of the cached store. */
export async function destroyAll(subject: string, options?: DestroyAllOptions): Promise<number> {
  return storeWith('destroyAll').destroyAll(subject, options);
}

/** `count` of the cached store. */
export async function count(): Promise<number> {
  return storeWith('count').count();
}

/** `entries` of the cached store. */
export async function* entries(): AsyncGenerator<SessionEntry, void> {
  yield* storeWith('entries').entries();
}

/** `clear` of the cached store. */
export async function clear(): Promise<number> {
  return storeWith('clear').clear();
}

/** `close` of the cached store, which also takes it out of the cache. */
export async function close(): Promise<void> {
  return storeWith('close').close();
}
