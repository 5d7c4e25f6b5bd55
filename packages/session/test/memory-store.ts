import { type CookieSession, type CookieStoreDriver, createCookieStore } from '@store/core';
import {
  createRecordStore,
  type RecordStorage,
  type SessionRecord,
  type StoreOptions,
} from '@store/core/driver';

/** A storage over a Map, with everything the contract asks of a driver, and a count of what was asked of it. */
export function createMemoryStorage() {
  const records = new Map<string, SessionRecord>();
  const calls: string[] = [];
  const storage: RecordStorage = {
    read(key) {
      calls.push('read');
      const record = records.get(key);
      return record && { ...record };
    },
    insert(record) {
      calls.push('insert');
      if (records.has(record.key)) return false;
      records.set(record.key, { ...record });
      return true;
    },
    replace(key, version, next) {
      calls.push('replace');
      if (records.get(key)?.version !== version) return false;
      if (next.key !== key && records.has(next.key)) return false;
      records.delete(key);
      records.set(next.key, { ...next });
      return true;
    },
    touch(key, now, expiresAt) {
      calls.push('touch');
      const record = records.get(key);
      if (!record || record.expiresAt <= now) return false;
      records.set(key, { ...record, expiresAt: Math.max(record.expiresAt, expiresAt) });
      return true;
    },
    delete(key) {
      calls.push('delete');
      records.delete(key);
    },
    deleteExpired(now, limit) {
      calls.push('deleteExpired');
      const expired = [...records.values()].filter((record) => record.expiresAt <= now).slice(0, limit);
      for (const { key } of expired) records.delete(key);
      return expired.length;
    },
    listBySubject: (subject) => [...records.values()].filter((record) => record.subject === subject),
    deleteBySubject(subject, { exceptKey, onlyKey }) {
      const mine = [...records.values()].filter(
        ({ key, subject: whose }) =>
          whose === subject && key !== exceptKey && (onlyKey === undefined || key === onlyKey),
      );
      for (const { key } of mine) records.delete(key);
      return mine.length;
    },
  };
  return { storage, records, calls };
}

/** A server store in memory, and a look behind it. */
export function createMemoryStore(options: StoreOptions = {}) {
  const { storage, records, calls } = createMemoryStorage();
  const store = createRecordStore(storage, { name: 'memory', ...options });
  return { store, storage, records, calls };
}

/** A cookie store without secrets: base64 of JSON, with revocation by id. */
export function createPlainCookieStore(options: StoreOptions = {}) {
  const revoked = new Set<string>();
  const driver: CookieStoreDriver = {
    load(value) {
      try {
        const session = JSON.parse(Buffer.from(value, 'base64url').toString());
        return revoked.has(session.id) ? undefined : session;
      } catch {
        return undefined;
      }
    },
    cookieValue: (session) =>
      revoked.has(session.id) ? '' : Buffer.from(JSON.stringify(session)).toString('base64url'),
    destroy(id) {
      revoked.add(id);
    },
  };
  return { store: createCookieStore(driver, { name: 'plain-cookie', ...options }), revoked };
}

/** A cookie store that adds to what it opens, and remembers under which versions it was told to seal. */
export function createVersionedStore({ onLoad }: { onLoad: () => Partial<CookieSession> }) {
  const sealed: (number | undefined)[] = [];
  const store = createCookieStore({
    load: (value) => ({ ...JSON.parse(Buffer.from(value, 'base64url').toString()), ...onLoad() }),
    cookieValue({ version, ...session }) {
      sealed.push(version);
      return Buffer.from(JSON.stringify(session)).toString('base64url');
    },
  });
  return { store, sealed };
}
