import { cacheStore } from './cache/cached-store.ts';
import type { RecordStorage, SessionRecord } from './contract/drivers.ts';
import type { SessionStore } from './contract/session-store.ts';
import { invalidOption } from './errors.ts';
import { assertKnownOptions, type StartOptions, storeOptionNames } from './options/options.ts';
import { createRecordStore } from './record-store/create-record-store.ts';

const name = '@store/core/memory';

/** A {@link RecordStorage} in a map, with every optional function except `close`. */
export interface MemoryStorage extends Required<Omit<RecordStorage, 'close'>> {
  /** The records by key, for tests to inspect and corrupt. */
  readonly records: Map<string, SessionRecord>;
}

/**
 * Starts a store that keeps sessions in memory, with every guarantee of a record storage, and caches it unless `cache` is
 * false. For tests and single-process tools: the sessions are gone when the process ends.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option is unknown or invalid.
 * @example
 * import { createSessionId, load, save } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * await startSession();
 * const id = createSessionId();
 * await save(id, { cart: ['tea'] }, {});
 * console.log((await load(id)).data); // { cart: ['tea'] }
 */
export async function startSession(options: StartOptions = {}): Promise<SessionStore> {
  const known = storeOptionNames.filter((option) => option !== 'name');
  assertKnownOptions(name, options, [...known, 'cache']);
  const { cache = true, ...storeOptions } = options;
  if (typeof cache !== 'boolean') throw invalidOption(name, 'cache', 'true or false', cache);
  const store = createRecordStore(memoryStorage(), { ...storeOptions, name });
  if (cache) cacheStore(store);
  return store;
}

/**
 * A record storage in a map: correct and synchronous. Wrap it in tests to get a slow, lossy or faulty backend.
 *
 * @example
 * import { createRecordStore } from '@store/core/driver';
 * import { memoryStorage } from '@store/core/memory';
 * const storage = memoryStorage();
 * const slowStore = createRecordStore({
 *   ...storage,
 *   async read(key) {
 *     await new Promise((resolve) => setTimeout(resolve, 50));
 *     return storage.read(key);
 *   },
 * });
 */
export function memoryStorage(records = new Map<string, SessionRecord>()): MemoryStorage {
  const where = (wanted: (record: SessionRecord) => boolean) => [...records.values()].filter(wanted);
  const remove = (doomed: SessionRecord[]) => doomed.filter(({ key }) => records.delete(key)).length;
  /** The keys as they were at a scan's first page. Sorting them again for every page would make long scans quadratic. */
  let sorted: string[] | undefined;

  const insert = (record: SessionRecord): boolean => {
    if (records.has(record.key)) return false;
    records.set(record.key, record);
    return true;
  };
  const replace = (key: string, version: number, next: SessionRecord): boolean => {
    if (records.get(key)?.version !== version) return false;
    if (next.key !== key && records.has(next.key)) return false;
    records.delete(key);
    records.set(next.key, next);
    return true;
  };

  return {
    records,
    read: (key) => records.get(key),
    insert,
    replace,
    move(key, version, next, mark) {
      if (!replace(key, version, next)) return false;
      records.set(key, mark);
      return true;
    },
    touch(key, expiresAfter, expiresAt) {
      const record = records.get(key);
      if (!record || record.expiresAt <= expiresAfter) return false;
      records.set(key, { ...record, expiresAt: Math.max(expiresAt, record.expiresAt) });
      return true;
    },
    save(record, createdAfter, plain) {
      const found = records.get(record.key);
      if (!found) return insert(record);
      const mayBeReplaced =
        found.expiresAt > record.createdAt &&
        found.createdAt > createdAfter &&
        found.idleTimeout === record.idleTimeout &&
        (record.subject === null || record.subject === found.subject) &&
        found.payload.startsWith(plain.start) &&
        found.payload.endsWith(plain.end);
      if (!mayBeReplaced) return false;
      const { version, payload, expiresAt } = record;
      records.set(record.key, { ...found, version, payload, expiresAt });
      return true;
    },
    delete(key) {
      records.delete(key);
    },
    deleteSession: (key) => records.get(key)?.idleTimeout !== 0 && records.delete(key),
    deleteExpired(now, limit) {
      const doomed: SessionRecord[] = [];
      for (const record of records.values()) {
        if (doomed.length >= limit) break;
        if (record.expiresAt <= now) doomed.push(record);
      }
      return remove(doomed);
    },
    scan(after, limit) {
      if (after === undefined || !sorted) sorted = [...records.keys()].sort();
      const page: SessionRecord[] = [];
      for (let at = after === undefined ? 0 : firstAfter(sorted, after); at < sorted.length; at++) {
        const record = records.get(sorted[at] as string);
        if (record && page.push(record) === limit) return page;
      }
      sorted = undefined;
      return page;
    },
    listBySubject: (subject) => where((record) => record.subject === subject),
    deleteBySubject(subject, { exceptKey, onlyKey }) {
      const doomed = where((record) => record.subject === subject && record.key !== exceptKey);
      return remove(doomed.filter(({ key }) => onlyKey === undefined || key === onlyKey));
    },
  };
}

/** The index of the first key after the given one, by binary search. */
function firstAfter(keys: string[], after: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
