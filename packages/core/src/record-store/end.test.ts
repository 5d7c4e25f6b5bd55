import { describe, expect, it } from 'vitest';
import {
  createRecordStore,
  type RecordStorage,
  type SessionRecord,
  sessionKey,
  tryAgain,
} from '../driver.ts';
import { createMark, createTombstone, markLife } from '../format/mark.ts';
import { createSessionId, StoreError } from '../index.ts';
import { type MemoryStorage, memoryStorage } from '../memory.ts';

/** A storage backend with the required functions only, plus those that the test provides. */
function plain(storage: MemoryStorage, own: Partial<RecordStorage> = {}): RecordStorage {
  const { move: _move, deleteSession: _deleteSession, save: _save, ...rest } = storage;
  return { ...rest, ...own };
}

async function oneSession() {
  const storage = memoryStorage();
  const id = createSessionId();
  await createRecordStore(storage).save(id, { secret: 1 }, {}, { subject: 'ada' });
  return { storage, id, key: sessionKey(id) };
}

const full = () => {
  throw new Error('disk full');
};

describe('destroy', () => {
  it('makes one call to a storage backend that has deleteSession', async () => {
    const { storage, id } = await oneSession();
    const calls: string[] = [];
    const watched = new Proxy(storage, {
      get(target, name, receiver) {
        calls.push(String(name));
        return Reflect.get(target, name, receiver);
      },
    });
    const store = createRecordStore(watched);
    calls.length = 0;
    await store.destroy(id);
    expect(calls.filter((name) => name !== 'deleteSession')).toEqual([]);
    expect(storage.records.size).toBe(0);
  });

  it('ends a session on a backend that is too full to store anything', async () => {
    const { storage, id } = await oneSession();
    await createRecordStore(plain(storage, { replace: full, insert: full })).destroy(id);
    expect(storage.records.size).toBe(0);
  });

  it('rejects when the backend is down, and does not remove what was written since', async () => {
    const { storage, id, key } = await oneSession();
    const replace = (_key: string, _version: number, next: SessionRecord): boolean => {
      storage.records.set(key, { ...next, idleTimeout: null, version: 7 });
      throw new Error('down');
    };
    const ending = createRecordStore(plain(storage, { replace })).destroy(id);
    await expect(ending).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(storage.records.get(key)?.version).toBe(7);
  });

  it('succeeds after 100 lost races or refusals rather than leave the user logged in', async () => {
    for (const hasDeleteSession of [true, false]) {
      const { storage, id } = await oneSession();
      let attempts = 0;
      const lose = <T>(result: T): T => {
        attempts += 1;
        return result;
      };
      const own: Partial<RecordStorage> = hasDeleteSession
        ? { deleteSession: () => lose(tryAgain) }
        : { replace: () => lose(false) };
      await createRecordStore(plain(storage, own)).destroy(id);
      // The last attempt deletes the record that it read.
      expect([attempts, storage.records.size]).toEqual([hasDeleteSession ? 100 : 99, 0]);
    }
  });

  it('follows a mark that appears while the backend keeps returning tryAgain, and never deletes it', async () => {
    const { storage, id, key } = await oneSession();
    const newId = createSessionId();
    let attempts = 0;
    const deleteSession = async (from: string) => {
      attempts += 1;
      if (from !== key) return storage.deleteSession(from);
      if (attempts === 50) await createRecordStore(storage).update(id, (content) => content, { newId });
      return tryAgain;
    };
    await createRecordStore({ ...storage, deleteSession }).destroy(id);
    expect(attempts).toBe(51);
    expect([...storage.records.keys()]).toEqual([key]);
  });

  it('does not resolve while the backend refuses the call, even if no record can be read', async () => {
    const { storage, id, key } = await oneSession();
    let refusals = 3;
    const deleteSession = (from: string) => (refusals-- > 0 ? tryAgain : storage.deleteSession(from));
    const read = (from: string) => (refusals >= 0 ? undefined : storage.read(from));
    await createRecordStore({ ...storage, deleteSession, read }).destroy(id);
    expect(storage.records.has(key)).toBe(false);
  });

  it('rejects with CONFLICT when a storage backend without move never stores the tombstone that blocks a move', async () => {
    const store = createRecordStore(plain(memoryStorage(), { insert: () => tryAgain }));
    await expect(store.destroy(createSessionId())).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('ends a session that only a newer version of the driver can read', async () => {
    const { storage, id } = await oneSession();
    const read = () => {
      throw new StoreError('INCOMPATIBLE', 'a newer file');
    };
    await createRecordStore(plain(storage, { read })).destroy(id);
    expect(storage.records.size).toBe(0);
  });

  it('follows even old marks, and stops if they form a cycle', async () => {
    const { storage, id, key } = await oneSession();
    const [first, second] = [sessionKey('first-id-of-the-session'), sessionKey('second-id-of-the-session')];
    storage.records.set(first, createMark(first, second, 0));
    storage.records.set(second, createMark(second, key, 0));
    await createRecordStore(storage).destroy('first-id-of-the-session');
    expect(storage.records.has(key)).toBe(false);
    storage.records.set(key, createMark(key, first, 0));
    await createRecordStore(storage).destroy(id);
    expect(storage.records.size).toBe(3);
  });

  it('leaves a damaged mark to garbage collection', async () => {
    const { storage, id, key } = await oneSession();
    storage.records.set(key, { ...createTombstone(key, 0, 0), payload: '{"v":1,"mov' });
    const store = createRecordStore(storage);
    await store.destroy(id);
    expect((await store.load(id)).exists).toBe(false);
    expect(await store.gc()).toBe(1);
  });
});

describe('a tombstone', () => {
  it('is not a session, does not count as moved, and lets the id be used again', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(plain(storage));
    const id = createSessionId();
    await store.destroy(id);
    expect(storage.records.get(sessionKey(id))).toMatchObject({ idleTimeout: 0 });
    expect(await store.load(id)).toEqual({ id, exists: false, data: {}, flash: {} });
    expect([await store.touch(id), await store.update(id, (content) => content)]).toEqual([false, false]);
    expect([await store.count(), await store.create(id, {}, {})]).toEqual([0, true]);
    const other = createSessionId();
    await store.destroy(other);
    await store.save(other, { a: 1 }, {});
    expect((await store.load(other)).data).toEqual({ a: 1 });
  });

  it('is collected after a minute', async () => {
    let now = 1_700_000_000_000;
    const store = createRecordStore(plain(memoryStorage()), { now: () => now });
    await store.destroy(createSessionId());
    expect(await store.gc()).toBe(0);
    now += markLife;
    expect(await store.gc()).toBe(1);
  });
});
