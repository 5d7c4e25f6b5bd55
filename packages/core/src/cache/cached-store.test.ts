import { afterEach, describe, expect, it } from 'vitest';
import { createRecordStore } from '../driver.ts';
import * as core from '../index.ts';
import { memoryStorage } from '../memory.ts';

const { cacheStore, cachedStore, createSessionId, isSessionStore, uncacheStore } = core;

afterEach(() => {
  uncacheStore();
});

describe('without a cached store', () => {
  const id = createSessionId();
  it.each([
    ['load', () => core.load(id)],
    ['save', () => core.save(id, {}, {})],
    ['update', () => core.update(id, (content) => content)],
    ['touch', () => core.touch(id)],
    ['destroy', () => core.destroy(id)],
    ['gc', () => core.gc()],
    ['cookieValue', () => core.cookieValue(id, {}, {})],
    ['list', () => core.list('ada')],
    ['destroyAll', () => core.destroyAll('ada')],
    ['close', () => core.close()],
  ])('%s rejects with NO_STORE and names startSession()', async (_, call) => {
    await expect(call()).rejects.toMatchObject({
      code: 'NO_STORE',
      message: expect.stringContaining('startSession()'),
    });
  });

  it('cachedStore throws NO_STORE and uncacheStore returns undefined', () => {
    expect(() => cachedStore()).toThrow(expect.objectContaining({ code: 'NO_STORE' }));
    expect(uncacheStore()).toBeUndefined();
  });
});

describe('the cache', () => {
  it('makes every exported function call the method of the cached store', async () => {
    cacheStore(createRecordStore(memoryStorage()));
    const [id, newId] = [createSessionId(), createSessionId()];
    await core.save(id, { a: 1 }, {}, { subject: 'ada' });
    const base = await core.load(id);
    expect(await core.update(id, (content) => content, { base, newId })).toBe(true);
    expect(await core.touch(newId)).toBe(true);
    expect(await core.cookieValue(newId, {}, {})).toBe(newId);
    expect(await core.list('ada')).toHaveLength(1);
    expect(await core.destroyAll('ada', { except: newId })).toBe(0);
    await core.destroy(newId);
    expect(await core.gc()).toBe(0);
    await core.close();
    expect(() => cachedStore()).toThrow(expect.objectContaining({ code: 'NO_STORE' }));
  });

  it('replaces the first store with a second, reports store-replaced to the first, and closes neither', async () => {
    const types: string[] = [];
    const first = createRecordStore(memoryStorage(), { onEvent: ({ type }) => types.push(type) });
    const second = createRecordStore(memoryStorage());
    cacheStore(first);
    cacheStore(first);
    expect(types).toEqual([]);
    cacheStore(second);
    expect(types).toEqual(['store-replaced']);
    expect(cachedStore()).toBe(second);
    expect((await first.load(createSessionId())).exists).toBe(false);
  });

  it('leaves a store open when it is uncached, and returns it', async () => {
    const store = createRecordStore(memoryStorage());
    cacheStore(store);
    expect(uncacheStore()).toBe(store);
    expect(await store.gc()).toBe(0);
  });

  it.each([[undefined], [null], [{}], [{ load() {} }], [{ ...createRecordStore(memoryStorage()) }]])(
    'rejects %j, which was not made by a create function',
    (value) => {
      expect(isSessionStore(value)).toBe(false);
      expect(() => cacheStore(value as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    },
  );
});
