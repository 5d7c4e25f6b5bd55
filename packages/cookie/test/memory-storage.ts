import type { RecordStorage, SessionRecord } from '@store/core/driver';

/** Keeps records in a Map, so that a ledger exists on every runtime, and lets a test take it down. */
export function memoryStorage() {
  const records = new Map<string, SessionRecord>();
  let isDown = false;
  const up = () => {
    if (isDown) throw new Error('connection refused');
    return records;
  };
  const storage: RecordStorage = {
    read: (key) => up().get(key),
    insert(record) {
      if (up().has(record.key)) return false;
      records.set(record.key, record);
      return true;
    },
    replace(key, version, next) {
      if (up().get(key)?.version !== version || (next.key !== key && records.has(next.key))) return false;
      records.delete(key);
      records.set(next.key, next);
      return true;
    },
    touch(key, now, expiresAt) {
      const record = up().get(key);
      if (record === undefined || record.expiresAt <= now) return false;
      records.set(key, { ...record, expiresAt: Math.max(record.expiresAt, expiresAt) });
      return true;
    },
    delete: (key) => void up().delete(key),
    deleteExpired(now, limit) {
      const expired = [...up().values()].filter((record) => record.expiresAt <= now).slice(0, limit);
      for (const { key } of expired) records.delete(key);
      return expired.length;
    },
  };
  return {
    storage,
    records,
    takeDown() {
      isDown = true;
    },
    bringBack() {
      isDown = false;
    },
  };
}
