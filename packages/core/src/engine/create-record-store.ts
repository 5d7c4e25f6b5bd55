import type { RecordStorage } from '../contract/record-storage.ts';
import type { SessionStore } from '../contract/session-store.ts';
import { assertFunctions } from '../rules/driver-functions.ts';
import { createReport } from '../rules/report.ts';
import { assertSessionId } from '../rules/session-id.ts';
import type { StoreOptions } from '../rules/store-options.ts';
import { resolveTimeouts } from '../rules/timeouts.ts';
import { assembleStore } from './assemble-store.ts';
import { createCallBackend } from './backend-call.ts';
import { collectGarbage, gcBatch, singleFlight } from './garbage-collection.ts';
import { createRecordAccess } from './record-access.ts';
import { createRecordReads } from './record-reads.ts';
import { createRecordSubjects } from './record-subjects.ts';
import { createRecordWrites } from './record-writes.ts';

const required = ['read', 'insert', 'replace', 'touch', 'delete', 'deleteExpired'] as const;

/**
 * Makes a session store from a record storage: the way to write a driver with every guarantee. Core does ids, expiry,
 * encoding, retries and queues; the storage reads, writes and compares.
 *
 * @param storage The backend; see `RecordStorage` for what each function must do.
 * @param options Timeouts in seconds, `onEvent`, and the driver's `name` for messages.
 * @throws {StoreError} `INVALID_OPTION` when a function of the storage is missing or a timeout cannot be right.
 * @example
 * export async function startSession({ cache = true, ...options }: StartOptions = {}) {
 *   const store = createRecordStore(myStorage(), { ...options, name: 'my-driver' });
 *   if (cache) cacheStore(store);
 *   return store;
 * }
 */
export function createRecordStore(storage: RecordStorage, options: StoreOptions = {}): SessionStore {
  const { name = '@store/core', onEvent } = options;
  assertFunctions(name, 'storage', storage, required);
  const timeouts = resolveTimeouts(name, options);
  const report = createReport(name, onEvent);
  const callBackend = createCallBackend(name);
  const access = createRecordAccess({ name, storage, timeouts, report, callBackend });
  const parts = { name, storage, timeouts, report, callBackend, access };

  return assembleStore({
    kind: 'server',
    name,
    timeouts,
    report,
    callBackend,
    methods: {
      ...createRecordReads(parts),
      ...createRecordWrites(parts),
      ...createRecordSubjects(parts),
      gc: singleFlight(async () => {
        const now = access.now();
        return collectGarbage(() =>
          callBackend('remove expired sessions', () => storage.deleteExpired(now, gcBatch)),
        );
      }),
      async cookieValue(id) {
        assertSessionId(id);
        return id;
      },
    },
    close: storage.close && (() => storage.close?.()),
  });
}
