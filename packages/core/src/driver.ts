export {
  type DeleteBySubjectOptions,
  type RecordStorage,
  type SessionRecord,
  type TryAgain,
  tryAgain,
} from './contract/record-storage.ts';
export type { Awaitable } from './contract/session-content.ts';
export type { ResolvedTimeouts } from './contract/session-store.ts';
export { createReport, type OnStoreEvent, type Report, type StoreEvent } from './contract/store-event.ts';
export { invalidOption, isStoreError, StoreError, type StoreErrorCode } from './errors.ts';
export { assertKnownOptions, type StartOptions, type StoreOptions } from './options.ts';
export { createRecordStore } from './record-store/create-record-store.ts';
export { isSessionId, isSessionKey, sessionKey } from './session-id.ts';
export { type DirectStore, directStore } from './store-brand.ts';
export { assertSeconds, resolveTimeouts, type Timeouts } from './timeouts.ts';
