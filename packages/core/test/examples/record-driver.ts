import { cacheStore, type SessionStore } from '@store/core';
import {
  createRecordStore,
  type RecordStorage,
  type SessionRecord,
  type StartOptions,
} from '@store/core/driver';

function memoryStorage(): RecordStorage {
  const records = new Map<string, SessionRecord>();
  return {
    read: (key) => records.get(key),
    insert: (record) => !records.has(record.key) && records.set(record.key, record) === records,
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
    deleteExpired(now, limit) {
      const expired = [...records.values()].filter((record) => record.expiresAt <= now).slice(0, limit);
      for (const { key } of expired) records.delete(key);
      return expired.length;
    },
  };
}

export async function startSession({ cache = true, ...options }: StartOptions = {}): Promise<SessionStore> {
  const store = createRecordStore(memoryStorage(), { ...options, name: 'memory-driver' });
  if (cache) cacheStore(store);
  return store;
}
