export { cachedStore, cacheStore, uncacheStore } from './cache/global-store.ts';
export { isSessionStore } from './cache/store-brand.ts';
export {
  close,
  cookieValue,
  destroy,
  destroyAll,
  gc,
  list,
  load,
  save,
  touch,
  update,
} from './cache/store-functions.ts';
export type { Awaitable } from './contract/awaitable.ts';
export type { JsonValue, SessionContent, SessionData } from './contract/session-content.ts';
export type {
  CookieValueOptions,
  DestroyAllOptions,
  SaveOptions,
  SessionChange,
  SessionStore,
  StoredSession,
  TouchOptions,
  UpdateOptions,
} from './contract/session-store.ts';
export type { SessionSummary } from './contract/session-summary.ts';
export type {
  CookieSession,
  CookieStoreDriver,
  DriverSession,
  StoreDriver,
} from './contract/store-driver.ts';
export type { OnStoreEvent, StoreEvent } from './contract/store-event.ts';
export { createCookieStore } from './engine/create-cookie-store.ts';
export { createStore } from './engine/create-store.ts';
export { isStoreError, StoreError, type StoreErrorCode } from './rules/errors.ts';
export { assertJsonValue } from './rules/json-value.ts';
export { createSessionId, isSessionId } from './rules/session-id.ts';
export type { StartOptions, StoreOptions } from './rules/store-options.ts';
export { assertSubject } from './rules/subject.ts';
export type { ResolvedTimeouts, Timeouts } from './rules/timeouts.ts';
