import { type CookieSession, type CookieStoreDriver, createCookieStore } from '@store/core';
import { createRecordStore, type RecordStorage, type StoreOptions } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';

/** An in-memory storage backend, and a log of its calls. @param isRemote Whether each result takes a turn of the event loop */
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

/** An in-memory server store, with access to its storage, records and calls. */
export function createMemoryStore(options: StoreOptions = {}, isRemote = false) {
  const { storage, records, calls } = createMemoryStorage(isRemote);
  const store = createRecordStore(storage, { name: 'memory', ...options });
  return { store, storage, records, calls };
}

/** A cookie store without secrets: base64 of JSON, with revocation by id. The old id of a moved session leads to the new one for a minute. */
export function createPlainCookieStore(options: StoreOptions = {}) {
  const revoked = new Set<string>();
  const moves = new Map<string, { to: string; at: number }>();
  const { now = Date.now } = options;
  const driver: CookieStoreDriver = {
    load(value) {
      try {
        const session = JSON.parse(Buffer.from(value, 'base64url').toString());
        const { id } = session;
        if (!revoked.has(id)) return { ...session, family: id };
        return now() - (moves.get(id)?.at ?? 0) < 60_000 ? { moved: true, id } : undefined;
      } catch {
        return undefined;
      }
    },
    cookieValue({ family, ...session }, accept) {
      if (revoked.has(session.id) || (family !== undefined && revoked.has(family))) return '';
      const value = Buffer.from(JSON.stringify(session)).toString('base64url');
      accept(value);
      if (family !== undefined && family !== session.id) {
        revoked.add(family);
        moves.set(family, { to: session.id, at: now() });
      }
      return value;
    },
    destroy(id) {
      revoked.add(id);
      const { to } = moves.get(id) ?? {};
      if (to !== undefined) this.destroy?.(to);
    },
  };
  return { store: createCookieStore(driver, { name: 'plain-cookie', ...options }), revoked };
}

/** A cookie store that adds fields when it opens a session, and records what it seals. */
export function createVersionedStore(
  { onLoad }: { onLoad: () => Partial<CookieSession> },
  options: StoreOptions = {},
) {
  const sealed: Partial<CookieSession>[] = [];
  const store = createCookieStore(
    {
      load: (value) => ({ ...JSON.parse(Buffer.from(value, 'base64url').toString()), ...onLoad() }),
      cookieValue({ version, unknownFields, ...session }) {
        sealed.push({ ...(version !== undefined && { version }), ...(unknownFields && { unknownFields }) });
        return Buffer.from(JSON.stringify(session)).toString('base64url');
      },
    },
    options,
  );
  return { store, sealed };
}
