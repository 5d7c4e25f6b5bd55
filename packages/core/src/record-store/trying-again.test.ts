import { describe, expect, it } from 'vitest';
import { createRecordStore, type RecordStorage, sessionKey, tryAgain } from '../driver.ts';
import {
  createSessionId,
  isStoreError,
  type SessionContent,
  type SessionStore,
  type StoreEvent,
} from '../index.ts';
import { type MemoryStorage, memoryStorage } from '../memory.ts';

const keep = (content: SessionContent) => content;

describe('a write for which the storage returns tryAgain', () => {
  it('is repeated until it succeeds, without a write-conflict event', async () => {
    const storage = memoryStorage();
    let refusals = 0;
    const moody = (method: 'insert' | 'replace' | 'move' | 'save' | 'deleteSession') => ({
      [method]: (...args: unknown[]) =>
        ++refusals % 3 === 0 ? (storage[method] as (...args: unknown[]) => boolean)(...args) : tryAgain,
    });
    const events: StoreEvent[] = [];
    const store = createRecordStore(
      {
        ...storage,
        ...moody('insert'),
        ...moody('replace'),
        ...moody('move'),
        ...moody('save'),
        ...moody('deleteSession'),
      },
      { onEvent: (event) => events.push(event) },
    );
    const [id, newId] = [createSessionId(), createSessionId()];
    await store.save(id, { saved: 1 }, {});
    expect(await store.create(createSessionId(), {}, {})).toBe(true);
    expect(await store.update(id, keep)).toBe(true);
    expect(await store.update(id, keep, { newId })).toBe(true);
    expect((await store.load(newId)).data).toEqual({ saved: 1 });
    await store.destroy(newId);
    expect((await store.load(newId)).exists).toBe(false);
    expect(events).toEqual([]);
  });

  it('fails with CONFLICT after a limited number of attempts', async () => {
    const store = createRecordStore({ ...memoryStorage(), save: () => tryAgain, insert: () => tryAgain });
    await expect(store.save(createSessionId(), {}, {})).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

/** Counts the calls to one function of a storage backend that refuses them all. */
function refusing(name: keyof RecordStorage, without: (keyof RecordStorage)[] = []) {
  const storage: RecordStorage = memoryStorage();
  let calls = 0;
  const refuse = () => {
    calls += 1;
    return tryAgain;
  };
  const refused = { ...storage, [name]: refuse };
  for (const each of without) delete (refused as Partial<RecordStorage>)[each];
  return { store: createRecordStore(refused), healthy: createRecordStore(storage), calls: () => calls };
}

describe('a call that the backend refuses every time', () => {
  const id = createSessionId();
  const newId = createSessionId();
  it.each<[keyof RecordStorage, (store: SessionStore) => Promise<unknown>, (keyof RecordStorage)[]?]>([
    ['save', (store) => store.save(createSessionId(), {}, {})],
    ['insert', (store) => store.create(createSessionId(), {}, {})],
    ['replace', (store) => store.update(id, keep)],
    ['replace', (store) => store.update(id, keep, { newId }), ['move']],
    ['move', (store) => store.update(id, keep, { newId })],
    ['touch', (store) => store.touch(id)],
    ['deleteExpired', (store) => store.gc()],
    ['deleteBySubject', (store) => store.destroyAll('ada')],
  ])('is made 20 times before it fails with CONFLICT: %s', async (name, call, without) => {
    const { store, healthy, calls } = refusing(name, without);
    await healthy.save(id, { n: 1 }, {}, { subject: 'ada' });
    await expect(call(store)).rejects.toMatchObject({ code: 'CONFLICT', message: /refused 20 times to \w+/ });
    expect(calls()).toBe(20);
    expect((await healthy.load(id)).data).toEqual({ n: 1 });
  });

  it('leaves a tombstone to garbage collection once the session has ended', async () => {
    const { store, healthy } = refusing('delete', ['deleteSession', 'move']);
    await healthy.save(id, {}, {});
    await store.destroy(id);
    expect([(await healthy.load(id)).exists, await healthy.count()]).toEqual([false, 0]);
  });

  it('makes a move in two steps end the session, because its mark cannot be stored', async () => {
    const { store, healthy } = refusing('insert', ['move', 'save']);
    await healthy.save(id, {}, {});
    await expect(store.update(id, keep, { newId })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect([(await healthy.load(id)).exists, (await healthy.load(newId)).exists]).toEqual([false, false]);
  });
});

describe('a write whose retry throws', () => {
  it.each([true, false])('succeeds only if its record is found (written: %s)', async (isWritten) => {
    const storage = memoryStorage();
    let calls = 0;
    const replace: MemoryStorage['replace'] = (...args) => {
      calls += 1;
      if (calls === 1) return tryAgain;
      if (isWritten) storage.replace(...args);
      throw new Error('connection lost');
    };
    const events: StoreEvent[] = [];
    const store = createRecordStore({ ...storage, replace }, { onEvent: (event) => events.push(event) });
    const id = createSessionId();
    await store.save(id, { n: 0 }, {});
    const outcome = await store
      .update(id, ({ flash }) => ({ data: { n: 1 }, flash }))
      .catch((error: unknown) => isStoreError(error, 'UNAVAILABLE') && 'unavailable');
    expect([outcome, calls]).toEqual([isWritten ? true : 'unavailable', 2]);
    expect(JSON.parse(storage.records.get(sessionKey(id))?.payload ?? '')).toMatchObject({
      data: { n: isWritten ? 1 : 0 },
    });
    expect(events.map(({ type }) => type)).toEqual(isWritten ? ['answer-recovered'] : []);
  });
});
