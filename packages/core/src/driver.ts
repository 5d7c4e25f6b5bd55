export { type DirectStore, directStore } from './cache/store-brand.ts';
export type { Awaitable } from './contract/drivers.ts';
export {
  type DeleteBySubjectOptions,
  type PlainPayload,
  type RecordStorage,
  type SessionRecord,
  type TryAgain,
  tryAgain,
} from './contract/drivers.ts';
export type { ResolvedTimeouts } from './contract/session-store.ts';
export { invalidOption, isStoreError, StoreError, type StoreErrorCode } from './errors.ts';
export { isSessionId, isSessionKey, sessionKey } from './format/session-id.ts';
export { assertKnownOptions, type StartOptions, type StoreOptions } from './options/options.ts';
export { assertSeconds, resolveTimeouts, type Timeouts } from './options/timeouts.ts';
export { createRecordStore } from './record-store/create-record-store.ts';
export { createReport, type OnStoreEvent, type Report, type StoreEvent } from './report.ts';
