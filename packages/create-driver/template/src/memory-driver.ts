import { cacheStore, type SessionStore, type StartOptions } from '@store/core';
import { createRecordStore, type RecordStorage, type SessionRecord } from '@store/core/driver';

/** Keeps records in a `Map`: one process, gone when it ends. Between two lines of it nothing else runs, so each function is atomic. */
export function memoryStorage(records = new Map<string, SessionRecord>()): RecordStorage {
  const removeAll = (doomed: SessionRecord[]) => doomed.filter(({ key }) => records.delete(key)).length;
  const all = () => [...records.values()];

  return {
    read: (key) => records.get(key),
    insert(record) {
      if (records.has(record.key)) return false;
      records.set(record.key, record);
      return true;
    },
    replace(key, version, next) {
      if (records.get(key)?.version !== version) return false;
      if (next.key !== key && records.has(next.key)) return false;
      records.delete(key);
      records.set(next.key, next);
      return true;
    },
    touch(key, now, expiresAt) {
      const record = records.get(key);
      if (!record || record.expiresAt <= now) return false;
      records.set(key, { ...record, expiresAt: Math.max(record.expiresAt, expiresAt) });
      return true;
    },
    delete: (key) => void records.delete(key),
    deleteExpired: (now, limit) =>
      removeAll(
        all()
          .filter(({ expiresAt }) => expiresAt <= now)
          .slice(0, limit),
      ),
    listBySubject: (subject) => all().filter((record) => record.subject === subject),
    deleteBySubject: (subject, { exceptKey, onlyKey }) =>
      removeAll(
        all().filter(
          ({ key, ...record }) =>
            record.subject === subject && key !== exceptKey && (onlyKey === undefined || key === onlyKey),
        ),
      ),
  };
}

/** Starts a store that keeps sessions in this process, and caches it unless `cache` is false. */
export async function startSession({ cache = true, ...options }: StartOptions = {}): Promise<SessionStore> {
  const store = createRecordStore(memoryStorage(), { ...options, name: 'memory-driver' });
  if (cache) cacheStore(store);
  return store;
}
