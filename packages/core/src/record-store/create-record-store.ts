import type { RecordStorage } from '../contract/drivers.ts';
import type { SessionStore } from '../contract/session-store.ts';
import { defaultMaxBytes } from '../format/payload.ts';
import { assertSessionId } from '../format/session-id.ts';
import {
  assertFunctions,
  assertKnownOptions,
  type StoreOptions,
  storeOptionNames,
} from '../options/options.ts';
import { resolveTimeouts } from '../options/timeouts.ts';
import { createReport } from '../report.ts';
import { guardedStore } from '../store/assemble-store.ts';
import { clear, collectGarbage, destroy, destroyAll } from './end.ts';
import { count, entries, list } from './list.ts';
import { Records } from './records.ts';
import { create, save } from './save.ts';
import { UpdateQueue } from './update-queue.ts';

const required = ['read', 'insert', 'replace', 'touch', 'delete', 'deleteExpired'] as const;

/**
 * Makes a session store from a record storage: the way to write a driver with every guarantee. Core does ids, expiry,
 * encoding, retries and queues; the storage reads, writes and compares.
 *
 * @param storage The backend; see `RecordStorage` for what each function must do.
 * @param options Timeouts in seconds, `maxBytes`, `onEvent`, and the driver's `name` for messages.
 * @throws {StoreError} `INVALID_OPTION` when a function of the storage is missing, or an option is unknown or cannot be right.
 * @example
 * export async function startSession({ cache = true, ...options }: StartOptions = {}) {
 *   const store = createRecordStore(myStorage(), { ...options, name: 'my-driver' });
 *   if (cache) cacheStore(store);
 *   return store;
 * }
 */
export function createRecordStore(storage: RecordStorage, options: StoreOptions = {}): SessionStore {
  const { name = '@store/core', maxBytes = defaultMaxBytes, onEvent } = options;
  assertFunctions(name, 'storage', storage, required);
  assertKnownOptions(name, options, storeOptionNames);
  const timeouts = resolveTimeouts(name, options);
  const report = createReport(name, onEvent);
  const records = new Records(name, storage, timeouts, maxBytes, report);
  const updates = new UpdateQueue(records);

  return guardedStore({
    kind: 'server',
    name,
    timeouts,
    report,
    methods: {
      endsSessions: true,
      // Bound, so that no call goes through here.
      load: records.load.bind(records),
      save: save.bind(undefined, records),
      update: updates.update.bind(updates),
      touch: records.touch.bind(records),
      create: create.bind(undefined, records),
      destroy: destroy.bind(undefined, records),
      gc: collectGarbage.bind(undefined, records),
      cookieValue(id) {
        assertSessionId(id);
        return id;
      },
      list: list.bind(undefined, records),
      destroyAll: destroyAll.bind(undefined, records),
      count: count.bind(undefined, records),
      entries: entries.bind(undefined, records),
      clear: clear.bind(undefined, records),
    },
    close: storage.close && (() => storage.close?.()),
  });
}
