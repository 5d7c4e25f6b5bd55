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
} from './cache/cached-store.ts';
export { isSessionStore } from './cache/store-brand.ts';
export type {
  Awaitable,
  CookieSession,
  CookieStoreDriver,
  DriverSession,
  MovedCookieSession,
  StoreDriver,
} from './contract/drivers.ts';
export type {
  CookieValueOptions,
  DestroyAllOptions,
  ResolvedTimeouts,
  SaveOptions,
  SessionChange,
  SessionEntry,
  SessionStore,
  SessionSummary,
  TouchOptions,
  UpdateOptions,
} from './contract/session-store.ts';
export type { JsonValue, SessionContent, SessionData, StoredSession } from './contract/stored-session.ts';
export { isStoreError, StoreError, type StoreErrorCode } from './errors.ts';
export { assertJsonValue } from './format/json-value.ts';
export { createSessionId, isSessionId } from './format/session-id.ts';
export { assertSubject, type StartOptions, type StoreOptions } from './options/options.ts';
export type { Timeouts } from './options/timeouts.ts';
export type { OnStoreEvent, StoreEvent } from './report.ts';
export { createCookieStore } from './store/create-cookie-store.ts';
export { createStore } from './store/create-store.ts';
