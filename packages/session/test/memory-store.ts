import { type CookieSession, type CookieStoreDriver, createCookieStore } from '@store/core';
import { createRecordStore, type RecordStorage, type StoreOptions } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';

/** A storage in memory, and a log of what was asked of it. @param isRemote Whether each result takes a turn of the event loop */
export function createMemoryStorage(isRemote = false) {
  const { records, ...memory } = memoryStorage();
  const calls: string[] = [];
  const { save: _save, ...whole } = memory;
  const storage = Object.fromEntries(
    Object.entries(whole).map(([name, method]) => [
      name,
      (...args: unknown[]) => {
        calls.push(name);
        const result = (method as (...args: unknown[]) => unknown)(...args);
        return isRemote ? new Promise((resolve) => setImmediate(resolve, result)) : result;
      },
    ]),
  ) as unknown as RecordStorage;
  return { storage, records, calls };
}

/** A server store in memory, and a look behind it. */
export function createMemoryStore(options: StoreOptions = {}, isRemote = false) {
  const { storage, records, calls } = createMemoryStorage(isRemote);
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
        return revoked.has(session.id) ? undefined : { ...session, family: session.id };
      } catch {
        return undefined;
      }
    },
    cookieValue({ family, ...session }) {
      if (revoked.has(session.id) || (family !== undefined && revoked.has(family))) return '';
      if (family !== undefined && family !== session.id) revoked.add(family);
      return Buffer.from(JSON.stringify(session)).toString('base64url');
    },
    destroy(id) {
      revoked.add(id);
    },
  };
  return { store: createCookieStore(driver, { name: 'plain-cookie', ...options }), revoked };
}

/** A cookie store that adds to what it opens, and remembers under which versions it was told to seal. */
export function createVersionedStore(
  { onLoad }: { onLoad: () => Partial<CookieSession> },
  options: StoreOptions = {},
) {
  const sealed: (number | undefined)[] = [];
  const store = createCookieStore(
    {
      load: (value) => ({ ...JSON.parse(Buffer.from(value, 'base64url').toString()), ...onLoad() }),
      cookieValue({ version, ...session }) {
        sealed.push(version);
        return Buffer.from(JSON.stringify(session)).toString('base64url');
      },
    },
    options,
  );
  return { store, sealed };
}
