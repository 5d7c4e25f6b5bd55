import type { SessionStore } from '../contract/session-store.ts';
import { StoreError } from '../rules/errors.ts';
import { invalidOption } from '../rules/invalid-option.ts';
import { assertSameMajor, storeBrand } from './store-brand.ts';

/**
 * The one cell of the process. On `globalThis`, not in this module: a bundler, a duplicate install or a hot reload loads
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
 * Caches a store for the whole process (seed: `cache_store`); each driver's `startSession()` calls it at boot.
 *
 * Over an open store it replaces that one, closes nothing, and reports `store-replaced` to the old store's `onEvent`.
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
