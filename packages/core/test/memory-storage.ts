import type { RecordStorage, SessionRecord } from '../src/driver.ts';

/** A record storage over a `Map`, correct and synchronous; tests wrap it to make it slow, lossy or wrong. */
export function memoryStorage(): Required<Omit<RecordStorage, 'save' | 'close'>> & {
  records: Map<string, SessionRecord>;
} {
  const records = new Map<string, SessionRecord>();
  return {
    records,
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
      records.set(key, { ...record, expiresAt: Math.max(expiresAt, record.expiresAt) });
      return true;
    },
    delete(key) {
      records.delete(key);
    },
    deleteExpired(now, limit) {
      const expired = [...records.values()].filter((record) => record.expiresAt <= now).slice(0, limit);
      for (const { key } of expired) records.delete(key);
      return expired.length;
    },
    listBySubject: (subject) => [...records.values()].filter((record) => record.subject === subject),
    deleteBySubject(subject, { exceptKey, onlyKey }) {
      const doomed = [...records.values()].filter(
        (record) =>
          record.subject === subject &&
          record.key !== exceptKey &&
          (onlyKey === undefined || record.key === onlyKey),
      );
      for (const { key } of doomed) records.delete(key);
      return doomed.length;
    },
  };
}

/** The same storage with `save` in one step. */
export function savingStorage(): ReturnType<typeof memoryStorage> & Required<Pick<RecordStorage, 'save'>> {
  const storage = memoryStorage();
  const { records } = storage;
  return {
    ...storage,
    save(record, createdAfter) {
      const found = records.get(record.key);
      const goesOn =
        found &&
        found.expiresAt > record.createdAt &&
        found.createdAt > createdAfter &&
        found.idleTimeout === record.idleTimeout &&
        (record.subject === null || record.subject === found.subject);
      if (found && !goesOn) return false;
      const { version, payload, expiresAt } = record;
      records.set(record.key, found ? { ...found, version, payload, expiresAt } : record);
      return true;
    },
  };
}

/** The same storage with every answer on a later turn of the event loop, as a network would have it. */
export function overNetwork<T extends RecordStorage>(storage: T): T {
  const later = () => new Promise((resolve) => setImmediate(resolve));
  return Object.fromEntries(
    Object.entries(storage).map(([name, member]) => [
      name,
      typeof member === 'function'
        ? async (...args: unknown[]) => {
            await later();
            const answer = await (member as (...args: unknown[]) => unknown)(...args);
            await later();
            return answer;
          }
        : member,
    ]),
  ) as T;
}
