export type { Awaitable, JsonValue, SessionContent, SessionData } from './contract/session-content.ts';
export type {
  CookieValueOptions,
  DestroyAllOptions,
  ResolvedTimeouts,
  SaveOptions,
  SessionChange,
  SessionEntry,
  SessionStore,
  SessionSummary,
  StoredSession,
  TouchOptions,
  UpdateOptions,
} from './contract/session-store.ts';
export type {
  CookieSession,
  CookieStoreDriver,
  DriverSession,
  StoreDriver,
} from './contract/store-driver.ts';
export type { OnStoreEvent, StoreEvent } from './contract/store-event.ts';
export { createCookieStore } from './cookie-store.ts';
export {
  cachedStore,
  cacheStore,
  clear,
  close,
  cookieValue,
  count,
  create,
  destroy,
  destroyAll,
  entries,
  gc,
  list,
  load,
  save,
  touch,
  uncacheStore,
  update,
} from './default-store.ts';
export { isStoreError, StoreError, type StoreErrorCode } from './errors.ts';
export { assertJsonValue } from './json-value.ts';
export { assertSubject, type StartOptions, type StoreOptions } from './options.ts';
export { createSessionId, isSessionId } from './session-id.ts';
export { createStore } from './simple-store.ts';
export { isSessionStore } from './store-brand.ts';
export type { Timeouts } from './timeouts.ts';
