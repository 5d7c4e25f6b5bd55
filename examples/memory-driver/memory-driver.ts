import { cacheStore, type SessionStore, type StartOptions } from '@store/core';
import type { RecordStorage, SessionRecord } from '@store/core/driver';
import { createRecordStore, invalidOption, resolveTimeouts } from '@store/core/driver';

const name = 'memory-driver';

/** Keeps records in a `Map`, in the memory of one process. Each function is synchronous, and therefore atomic. */
export function memoryStorage(records = new Map<string, SessionRecord>()): RecordStorage {
  const where = (wanted: (record: SessionRecord) => boolean) => [...records.values()].filter(wanted);
  const remove = (doomed: SessionRecord[]) => doomed.filter(({ key }) => records.delete(key)).length;

  function replace(key: string, version: number, next: SessionRecord): boolean {
    if (records.get(key)?.version !== version) return false;
    if (next.key !== key && records.has(next.key)) return false;
    records.delete(key);
    records.set(next.key, next);
    return true;
  }

  return {
    read: (key) => records.get(key),
    insert(record) {
      if (records.has(record.key)) return false;
      records.set(record.key, record);
      return true;
    },
    replace,
    move(key, version, next, mark) {
      if (!replace(key, version, next)) return false;
      records.set(key, mark);
      return true;
    },
    touch(key, expiresAfter, expiresAt) {
      const record = records.get(key);
      if (!record || record.expiresAt <= expiresAfter) return false;
      records.set(key, { ...record, expiresAt: Math.max(record.expiresAt, expiresAt) });
      return true;
    },
    delete: (key) => void records.delete(key),
    deleteSession: (key) => records.get(key)?.idleTimeout !== 0 && records.delete(key),
    deleteExpired: (now, limit) => remove(where(({ expiresAt }) => expiresAt <= now).slice(0, limit)),
    scan(after = '', limit) {
      const later = where(({ key }) => key > after).sort((a, b) => (a.key < b.key ? -1 : 1));
      return later.slice(0, limit);
    },
    listBySubject: (subject) => where((record) => record.subject === subject),
    deleteBySubject(subject, { exceptKey, onlyKey }) {
      const doomed = where((record) => record.subject === subject && record.key !== exceptKey);
      return remove(doomed.filter(({ key }) => onlyKey === undefined || key === onlyKey));
    },
  };
}

export interface MemorySessionOptions extends StartOptions {
  /** The map that holds the records; several stores can share one. @default a new map */
  records?: Map<string, SessionRecord>;
}

/** Starts a store that keeps sessions in this process, and caches it unless `cache` is false. */
export async function startSession(options?: MemorySessionOptions): Promise<SessionStore> {
  const { records = new Map(), cache = true, ...rest } = options ?? {};
  if (!(records instanceof Map)) throw invalidOption(name, 'records', 'a Map', records);
  resolveTimeouts(name, rest); // check the options before opening anything
  const store = createRecordStore(memoryStorage(records), { ...rest, name });
  if (cache) cacheStore(store);
  return store;
}
