import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type CookieSession,
  cachedStore,
  cacheStore,
  cookieValue,
  createCookieStore,
  createSessionId,
  createStore,
  destroy,
  gc,
  load,
  type SessionContent,
  save,
  uncacheStore,
} from '../index.ts';

// What Gleam’s glimr/session/store promises for each function.

function fourFunctions() {
  const sessions = new Map<string, SessionContent>();
  const collected = vi.fn();
  return {
    sessions,
    collected,
    load: (id: string) => sessions.get(id),
    save: (id: string, data: SessionContent['data'], flash: SessionContent['flash']) => {
      sessions.set(id, { data, flash });
    },
    destroy: (id: string) => {
      sessions.delete(id);
    },
    gc: () => {
      collected();
    },
  };
}

function cookieFunctions() {
  return {
    load: (value: string) => JSON.parse(atob(value)) as CookieSession,
    cookieValue: (session: CookieSession) => btoa(JSON.stringify(session)),
  };
}

const id = createSessionId();

afterEach(() => {
  uncacheStore();
});

describe('createStore', () => {
  it('creates a session store with the given backend functions', async () => {
    const driver = fourFunctions();
    const store = createStore(driver);
    await store.save(id, { name: 'Ada' }, {});
    expect(driver.sessions.get(id)).toEqual({ data: { name: 'Ada' }, flash: {} });
    expect(await store.load(id)).toMatchObject({ data: { name: 'Ada' }, flash: {} });
  });

  it('makes a store whose backend functions are not accessible', () => {
    const driver = fourFunctions();
    const store = createStore(driver);
    const reachable = new Set<unknown>(Reflect.ownKeys(store).map((key) => Reflect.get(store, key)));
    for (const method of [driver.load, driver.save, driver.destroy, driver.gc]) {
      expect(reachable.has(method)).toBe(false);
    }
    expect(Object.isFrozen(store)).toBe(true);
  });
});

describe('createCookieStore', () => {
  it('creates a store that encodes the session data into the cookie value', async () => {
    const store = createCookieStore(cookieFunctions());
    const value = await store.cookieValue(id, { name: 'Ada' }, { notice: 'hi' });
    expect(await store.load(value)).toMatchObject({
      id,
      exists: true,
      data: { name: 'Ada' },
      flash: { notice: 'hi' },
    });
  });

  it('does nothing in save and gc', async () => {
    const store = createCookieStore(cookieFunctions());
    expect(await store.save(id, { name: 'Ada' }, {})).toBeUndefined();
    expect(await store.gc()).toBe(0);
  });
});

describe('cacheStore', () => {
  it('caches the store that every function dispatches to', async () => {
    const driver = fourFunctions();
    const store = createStore(driver);
    cacheStore(store);
    expect(cachedStore()).toBe(store);
    await save(id, { name: 'Ada' }, {});
    expect(driver.sessions.has(id)).toBe(true);
  });
});

describe('load', () => {
  it('returns the data and flash of the session', async () => {
    cacheStore(createStore(fourFunctions()));
    await save(id, { name: 'Ada' }, { notice: 'hi' });
    expect(await load(id)).toMatchObject({
      id,
      exists: true,
      data: { name: 'Ada' },
      flash: { notice: 'hi' },
    });
  });

  it("returns empty data and flash if the session doesn't exist", async () => {
    cacheStore(createStore(fourFunctions()));
    expect(await load(id)).toEqual({ id, exists: false, data: {}, flash: {} });
  });

  it('treats empty data and flash from a driver as a session that does not exist', async () => {
    cacheStore(createStore({ ...fourFunctions(), load: () => ({ data: {}, flash: {} }) }));
    expect(await load(id)).toEqual({ id, exists: false, data: {}, flash: {} });
  });
});

describe('save', () => {
  it('stores data and flash, replacing the previous content', async () => {
    cacheStore(createStore(fourFunctions()));
    await save(id, { name: 'Ada' }, { notice: 'hi' });
    await save(id, { name: 'Grace' }, {});
    expect(await load(id)).toMatchObject({ data: { name: 'Grace' }, flash: {} });
  });
});

describe('destroy', () => {
  it('destroys the session with the given id', async () => {
    cacheStore(createStore(fourFunctions()));
    await save(id, { name: 'Ada' }, {});
    await destroy(id);
    expect((await load(id)).exists).toBe(false);
  });

  it('does nothing for a session that does not exist', async () => {
    cacheStore(createStore(fourFunctions()));
    await expect(destroy(id)).resolves.toBeUndefined();
  });
});

describe('gc', () => {
  it('garbage collects through the driver', async () => {
    const driver = fourFunctions();
    cacheStore(createStore(driver));
    expect(await gc()).toBe(0);
    expect(driver.collected).toHaveBeenCalledOnce();
  });
});

describe('cookie_value', () => {
  it('is the session id for server-side stores', async () => {
    cacheStore(createStore(fourFunctions()));
    expect(await cookieValue(id, { name: 'Ada' }, {})).toBe(id);
  });

  it('is the encoded session payload for cookie-based stores', async () => {
    cacheStore(createCookieStore(cookieFunctions()));
    const value = await cookieValue(id, { name: 'Ada' }, {});
    expect(JSON.parse(atob(value))).toMatchObject({ id, data: { name: 'Ada' }, flash: {} });
  });
});
