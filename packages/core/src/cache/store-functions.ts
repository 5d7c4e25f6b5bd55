import type { SessionData } from '../contract/session-content.ts';
import type {
  CookieValueOptions,
  DestroyAllOptions,
  SaveOptions,
  SessionChange,
  SessionStore,
  StoredSession,
  TouchOptions,
  UpdateOptions,
} from '../contract/session-store.ts';
import type { SessionSummary } from '../contract/session-summary.ts';
import { StoreError } from '../rules/errors.ts';
import { version } from '../rules/version.ts';
import { cachedStore } from './global-store.ts';
import { storeBrand } from './store-brand.ts';

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

/** `load` of the cached store (seed: `load`). Rejects with `NO_STORE` when none is cached, as all of these do. */
export async function load(id: string): Promise<StoredSession> {
  return storeWith('load').load(id);
}

/** `save` of the cached store (seed: `save`). */
export async function save(
  id: string,
  data: SessionData,
  flash: SessionData,
  options?: SaveOptions,
): Promise<void> {
  return storeWith('save').save(id, data, flash, options);
}

/** `update` of the cached store. */
export async function update(id: string, change: SessionChange, options?: UpdateOptions): Promise<boolean> {
  return storeWith('update').update(id, change, options);
}

/** `touch` of the cached store. */
export async function touch(id: string, options?: TouchOptions): Promise<boolean> {
  return storeWith('touch').touch(id, options);
}

/** `destroy` of the cached store (seed: `destroy`). */
export async function destroy(id: string): Promise<void> {
  return storeWith('destroy').destroy(id);
}

/** `gc` of the cached store (seed: `gc`). */
export async function gc(): Promise<number> {
  return storeWith('gc').gc();
}

/** `cookieValue` of the cached store (seed: `cookie_value`). */
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

/** `close` of the cached store, which also takes it out of the cache. */
export async function close(): Promise<void> {
  return storeWith('close').close();
}
