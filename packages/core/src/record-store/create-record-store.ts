import type { RecordStorage } from '../contract/drivers.ts';
import type { SessionStore } from '../contract/session-store.ts';
import { defaultMaxBytes } from '../format/payload.ts';
import { assertSessionId } from '../format/session-id.ts';
import { resolveStoreOptions, type StoreOptions } from '../options/options.ts';
import { createReport } from '../report.ts';
import { assembleStore } from '../store/assemble-store.ts';
import { RecentIds } from '../store/recent-ids.ts';
import { Backend, nextTurn } from './backend.ts';
import { clear, destroy, destroyAll } from './end.ts';
import { count, entries, list } from './list.ts';
import { load, touch } from './load.ts';
import { create, save } from './save.ts';
import { update, writeBatch } from './update.ts';
import { UpdateQueue } from './update-queue.ts';

const required = ['read', 'insert', 'replace', 'touch', 'delete', 'deleteExpired'] as const;

/**
 * Makes a session store from a record storage, which is how to write a driver with every guarantee. Core handles ids, expiry,
 * encoding, retries and queues; the storage reads, writes and compares.
 *
 * @param storage The backend; see `RecordStorage` for what each function must do.
 * @param options Timeouts in seconds, `maxBytes`, `onEvent`, and the driver's `name` for messages.
 * @throws {StoreError} `INVALID_OPTION` when a function of the storage is missing, or an option is unknown or invalid.
 * @example
 * import { cachedStore, cacheStore } from '@store/core';
 * import { createRecordStore, type StartOptions } from '@store/core/driver';
 * import { memoryStorage } from '@store/core/memory';
 * async function startSession({ cache = true, ...options }: StartOptions = {}) {
 *   const store = createRecordStore(memoryStorage(), { ...options, name: 'my-driver' });
 *   if (cache) cacheStore(store);
 *   return store;
 * }
 * await startSession({ idleTimeout: 1200 });
 * cachedStore().name; // 'my-driver'
 */
export function createRecordStore(storage: RecordStorage, options: StoreOptions = {}): SessionStore {
  const { name, timeouts } = resolveStoreOptions(options, 'storage', storage, required);
  const { maxBytes = defaultMaxBytes, onEvent } = options;
  const report = createReport(name, onEvent);
  const backend = new Backend(name, storage, timeouts, maxBytes, report);
  const plannedMoves = new RecentIds();
  const queue = new UpdateQueue(writeBatch.bind(undefined, backend));

  return assembleStore({
    kind: 'server',
    name,
    timeouts,
    report,
    methods: {
      endsSessions: true,
      endsBySubject: storage.deleteBySubject !== undefined,
      planMove: (id, newId) => plannedMoves.note(newId, id, timeouts.now()),
      // Bound rather than wrapped in a closure, to save a stack frame per call.
      load: load.bind(undefined, backend),
      save: save.bind(undefined, backend),
      update: update.bind(undefined, backend, queue),
      touch: touch.bind(undefined, backend),
      create: create.bind(undefined, backend),
      destroy: destroy.bind(undefined, backend),
      gc: collectGarbage.bind(undefined, backend),
      cookieValue(id) {
        assertSessionId(id);
        return id;
      },
      list: list.bind(undefined, backend),
      destroyAll: destroyAll.bind(undefined, backend, plannedMoves),
      count: count.bind(undefined, backend),
      entries: entries.bind(undefined, backend),
      clear: clear.bind(undefined, backend),
    },
    close: storage.close?.bind(storage),
  });
}

/** The most sessions one batch removes, so that no batch holds a lock for long, or blocks the event loop with a synchronous driver. */
const gcBatch = 500;

/** Removes expired sessions in batches. Yields to the event loop between batches. @returns how many */
async function collectGarbage(backend: Backend): Promise<number> {
  const now = backend.timeouts.now();
  for (let removed = 0; ; ) {
    const count = await backend.repeat('remove expired sessions', () =>
      backend.storage.deleteExpired(now, gcBatch),
    );
    removed += count;
    if (count < gcBatch) return removed;
    await nextTurn();
  }
}
