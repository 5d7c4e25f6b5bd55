import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRecordStore, sessionKey } from '../driver.ts';
import { createSessionId, createStore, type SessionContent } from '../index.ts';
import { memoryStorage } from '../memory.ts';

// As in an application's tests: installed after everything is loaded, and never advanced.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const id = createSessionId();
const threeHours = 3 * 3_600_000;

describe('a store without a now option', () => {
  it('calls the current Date.now(), whatever it was when the store started', async () => {
    vi.setSystemTime(Date.UTC(2020, 0, 1));
    const store = createRecordStore(memoryStorage());
    await store.save(id, { n: 1 }, {});
    expect((await store.load(id)).exists).toBe(true);
    vi.setSystemTime(Date.UTC(2020, 0, 1) + threeHours);
    expect((await store.load(id)).exists).toBe(false);

    vi.useRealTimers();
    const started = store.timeouts.now();
    expect(started).toBeGreaterThan(Date.UTC(2026, 0, 1));
    await store.save(id, { n: 2 }, {});
    expect((await store.load(id)).createdAt).toBeGreaterThanOrEqual(started);
  });

  it('keeps the old id of a moved session dead for a minute, measured by Date.now()', async () => {
    const sessions = new Map<string, SessionContent>();
    const store = createStore({
      load: (key) => sessions.get(key),
      save: (key, data, flash) => void sessions.set(key, { data, flash }),
      destroy: (key) => void sessions.delete(key),
      gc() {},
    });
    await store.save(id, { n: 1 }, {});
    expect(await store.update(id, (content) => content, { newId: createSessionId() })).toBe(true);
    expect((await store.load(id)).moved).toBe(true);
    vi.setSystemTime(Date.now() + 60_000);
    expect((await store.load(id)).moved).toBeUndefined();
  });
});

describe('under fake timers that are never advanced', () => {
  it('gc() removes more sessions than fit in one batch', async () => {
    const store = createRecordStore(memoryStorage());
    for (let n = 0; n < 1200; n++) await store.save(createSessionId(), { n }, {});
    vi.setSystemTime(Date.now() + threeHours);
    expect(await store.gc()).toBe(1200);
  });

  it('an update succeeds after ten lost races in a row', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(storage);
    await store.save(id, { n: 1 }, {});
    let races = 10;
    const contended = createRecordStore({
      ...storage,
      replace(key, version, next, now) {
        const found = storage.records.get(sessionKey(id));
        if (found && races-- > 0) storage.records.set(key, { ...found, version: races });
        return storage.replace(key, version, next, now);
      },
    });
    expect(await contended.update(id, ({ flash }) => ({ data: { n: 2 }, flash }))).toBe(true);
    expect((await store.load(id)).data).toEqual({ n: 2 });
  });

  it('count() and entries() read more sessions than fit on one page', async () => {
    const store = createRecordStore(memoryStorage());
    for (let n = 0; n < 1200; n++) await store.save(createSessionId(), { n }, {});
    expect(await store.count()).toBe(1200);
    const found: number[] = [];
    for await (const { data } of store.entries()) found.push(data.n as number);
    expect(found).toHaveLength(1200);
  });
});
