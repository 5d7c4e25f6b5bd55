import { describe, expect, it, vi } from 'vitest';
import { type CookieSession, createCookieStore, createSessionId } from '../index.ts';

const driver = {
  load(value: string): CookieSession | undefined {
    try {
      return JSON.parse(atob(value));
    } catch {
      return undefined;
    }
  },
  cookieValue: (session: CookieSession) => btoa(JSON.stringify(session)),
};
const id = createSessionId();

describe('a cookie store', () => {
  it('names the function that is missing', () => {
    expect(() => createCookieStore({ load: driver.load } as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('driver.cookieValue'),
      }),
    );
  });

  it('hands the version from load back to the driver, and none for a session that begins', async () => {
    const sealed: CookieSession[] = [];
    const store = createCookieStore({
      load: (value) => ({ ...(driver.load(value) as CookieSession), version: 7 }),
      cookieValue(session) {
        sealed.push(session);
        return driver.cookieValue(session);
      },
    });
    const { version } = await store.load(await store.cookieValue(id, {}, {}));
    await store.cookieValue(id, {}, {}, { version: version as number });
    expect(sealed.map((session) => session.version)).toEqual([undefined, 7]);
  });

  it('passes on that a driver wants a cookie sealed again', async () => {
    const value = await createCookieStore(driver).cookieValue(id, {}, {});
    const asking = {
      ...driver,
      load: (text: string) => ({ ...(driver.load(text) as CookieSession), renew: true }),
    };
    expect(await createCookieStore(asking).load(value)).toMatchObject({ exists: true, renew: true });
    expect(await createCookieStore(driver).load(value)).not.toHaveProperty('renew');
  });

  it.each([
    '',
    'garbage',
    btoa('{}'),
    btoa('{"id":"x","data":{},"flash":{},"createdAt":0,"expiresAt":9e15}'),
  ])('takes %j for no session', async (value) => {
    expect(await createCookieStore(driver).load(value)).toMatchObject({ exists: false, data: {}, flash: {} });
  });

  it('ends a session that carries no times', async () => {
    const value = btoa(JSON.stringify({ id, data: { a: 1 }, flash: {} }));
    expect((await createCookieStore(driver).load(value)).exists).toBe(false);
  });

  it('refuses a malformed id and values that are not JSON', async () => {
    const store = createCookieStore(driver);
    await expect(store.cookieValue('short', {}, {})).rejects.toMatchObject({ code: 'INVALID_ID' });
    await expect(store.save('short', {}, {})).rejects.toMatchObject({ code: 'INVALID_ID' });
    await expect(store.cookieValue(id, { at: new Date() as never }, {})).rejects.toMatchObject({
      code: 'INVALID_VALUE',
    });
  });

  it('revokes through the driver when it can', async () => {
    const destroy = vi.fn();
    const destroyAll = vi.fn(() => 2);
    const store = createCookieStore({ ...driver, destroy, destroyAll });
    await store.destroy(id);
    expect(await store.destroyAll('ada', { except: id })).toBe(2);
    expect(destroy).toHaveBeenCalledWith(id);
    expect(destroyAll).toHaveBeenCalledWith('ada', { except: id });
  });
});
