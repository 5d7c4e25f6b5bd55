import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeClock } from '../../test/fake-clock.ts';
import { overNetwork } from '../../test/over-network.ts';
import { createRecordStore } from '../driver.ts';
import { cachedStore, cacheStore, close, createSessionId, load, uncacheStore } from '../index.ts';
import { memoryStorage } from '../memory.ts';

afterEach(() => {
  uncacheStore();
});

describe('gc', () => {
  async function withExpired(count: number) {
    const clock = fakeClock();
    const storage = memoryStorage();
    const store = createRecordStore(storage, { now: clock.now, idleTimeout: 10 });
    for (let i = 0; i < count; i++) await store.save(createSessionId(), {}, {});
    clock.advance(10);
    await store.save(createSessionId(), {}, {});
    return { storage, store };
  }

  it('removes only expired sessions, in batches of at most 500', async () => {
    const { storage, store } = await withExpired(1200);
    const batch = vi.spyOn(storage, 'deleteExpired');
    expect(await store.gc()).toBe(1200);
    expect(storage.records.size).toBe(1);
    expect(batch.mock.calls.map(([, limit]) => limit)).toEqual([500, 500, 500]);
  });

  it('yields to the event loop between batches', async () => {
    const { storage, store } = await withExpired(1200);
    const order: string[] = [];
    const { deleteExpired } = storage;
    storage.deleteExpired = (now, limit) => {
      order.push('batch');
      setImmediate(() => order.push('turn'));
      return deleteExpired(now, limit);
    };
    await store.gc();
    expect(order.slice(0, 5)).toEqual(['batch', 'turn', 'batch', 'turn', 'batch']);
  });

  it('shares one run between concurrent calls, and runs again afterwards', async () => {
    const { storage, store } = await withExpired(3);
    const batch = vi.spyOn(storage, 'deleteExpired');
    expect(await Promise.all([store.gc(), store.gc(), store.gc()])).toEqual([3, 3, 3]);
    expect(batch).toHaveBeenCalledOnce();
    expect(await store.gc()).toBe(0);
    expect(batch).toHaveBeenCalledTimes(2);
  });

  it('can run again after a failure', async () => {
    const { storage, store } = await withExpired(3);
    vi.spyOn(storage, 'deleteExpired').mockImplementationOnce(() => {
      throw new Error('down');
    });
    await expect(store.gc()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await store.gc()).toBe(3);
  });
});

describe('close', () => {
  it('waits for work in flight, then closes the storage exactly once', async () => {
    const storage = memoryStorage();
    const order: string[] = [];
    const ended = vi.fn(() => {
      order.push('closed');
    });
    const store = createRecordStore(overNetwork({ ...storage, close: ended }));
    const id = createSessionId();
    await store.save(id, {}, {});
    const update = store
      .update(id, ({ flash }) => ({ data: { done: true }, flash }))
      .then(() => order.push('written'));
    await Promise.all([store.close(), store.close(), update]);
    await store.close();
    expect(order).toEqual(['written', 'closed']);
    expect(ended).toHaveBeenCalledOnce();
    expect([...storage.records.values()][0]?.payload).toContain('done');
  });

  it('waits for two calls in flight, even if one of them fails', async () => {
    const order: string[] = [];
    const storage = {
      ...memoryStorage(),
      read: () => {
        throw new Error('down');
      },
    };
    const store = createRecordStore({ ...overNetwork(storage), close: () => void order.push('closed') });
    const save = () => store.save(createSessionId(), {}, {});
    const calls = [save().then(() => order.push('saved 1')), save().then(() => order.push('saved 2'))];
    await Promise.all([store.close(), ...calls]);
    expect(order).toEqual(['saved 1', 'saved 2', 'closed']);

    const another = createRecordStore(overNetwork(storage));
    const failed = another.load(createSessionId()).catch(() => order.push('failed'));
    await another.close();
    expect(order.at(-1)).toBe('failed');
    await failed;
  });

  it('immediately removes its own store from the cache, but no other', async () => {
    const store = createRecordStore(memoryStorage());
    const other = createRecordStore(memoryStorage());
    cacheStore(store);
    await close();
    await expect(load(createSessionId())).rejects.toMatchObject({ code: 'NO_STORE' });
    cacheStore(other);
    await store.close();
    expect(cachedStore()).toBe(other);
  });

  it('rejects on every call if the storage failed to close', async () => {
    const store = createRecordStore({
      ...memoryStorage(),
      close() {
        throw new Error('stuck');
      },
    });
    await expect(store.close()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(store.close()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
