import { describe, expect, it, vi } from 'vitest';
import { type CookieSession, type CookieStoreDriver, createCookieStore, createSessionId } from '../index.ts';

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
  it('names a missing function', () => {
    expect(() => createCookieStore({ load: driver.load } as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('driver.cookieValue'),
      }),
    );
  });

  it('passes the version from load back to the driver, and no version for a new session', async () => {
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

  it('passes on renew when a driver wants a cookie sealed again', async () => {
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
  ])('treats the cookie %j as a missing session', async (value) => {
    expect(await createCookieStore(driver).load(value)).toMatchObject({ exists: false, data: {}, flash: {} });
  });

  it('treats a session without times as missing', async () => {
    const value = btoa(JSON.stringify({ id, data: { a: 1 }, flash: {} }));
    expect((await createCookieStore(driver).load(value)).exists).toBe(false);
  });

  it('rejects a malformed id and values that are not JSON', async () => {
    const store = createCookieStore(driver);
    await expect(store.cookieValue('short', {}, {})).rejects.toMatchObject({ code: 'INVALID_ID' });
    await expect(store.save('short', {}, {})).rejects.toMatchObject({ code: 'INVALID_ID' });
    await expect(store.cookieValue(id, { at: new Date() as never }, {})).rejects.toMatchObject({
      code: 'INVALID_VALUE',
    });
  });

  it('treats a moved session as missing, and returns its old id', async () => {
    for (const isAsync of [false, true]) {
      const found = { moved: true as const, id };
      const store = createCookieStore({ ...driver, load: () => (isAsync ? Promise.resolve(found) : found) });
      expect(await store.load('x')).toEqual({ id, exists: false, moved: true, data: {}, flash: {} });
    }
    const store = createCookieStore({ ...driver, load: () => ({ moved: true, id: 'no id' }) });
    expect(await store.load('x')).toMatchObject({ id: '', exists: false, moved: true });
  });

  it('keeps a driver’s unknown fields, and accepts only an object for them', async () => {
    const store = createCookieStore(driver);
    const unknownFields = JSON.parse('{"__proto__":{"a":1},"theme":"dark"}');
    const { unknownFields: kept } = await store.load(await store.cookieValue(id, {}, {}, { unknownFields }));
    expect(JSON.stringify(kept)).toBe(JSON.stringify(unknownFields));
    expect(await store.load(await store.cookieValue(id, {}, {}))).not.toHaveProperty('unknownFields');
    for (const wrong of [null, [], 'x', 1]) {
      await expect(store.cookieValue(id, {}, {}, { unknownFields: wrong as never })).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('unknownFields must be what load() returned'),
      });
    }
  });

  it('keeps fields that are nested deeper than this version allows', async () => {
    const store = createCookieStore(driver);
    const unknownFields = { a: JSON.parse('['.repeat(300) + ']'.repeat(300)) };
    const { unknownFields: kept } = await store.load(await store.cookieValue(id, {}, {}, { unknownFields }));
    expect(kept).toEqual(unknownFields);
  });

  it('counts unknown fields towards maxBytes', async () => {
    const store = createCookieStore(driver, { maxBytes: 1000 });
    const unknownFields = { theme: 'x'.repeat(900) };
    const sealing = (data: string) => store.cookieValue(id, { data }, {}, { unknownFields });
    await expect(sealing('x'.repeat(20))).resolves.toBeDefined();
    await expect(sealing('x'.repeat(100))).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });

  it('revokes through the driver if the driver supports it', async () => {
    const destroy = vi.fn();
    const destroyAll = vi.fn(() => 2);
    const store = createCookieStore({ ...driver, destroy, destroyAll });
    await store.destroy(id);
    expect(await store.destroyAll('ada', { except: id })).toBe(2);
    expect(destroy).toHaveBeenCalledWith(id);
    expect(destroyAll).toHaveBeenCalledWith('ada', { except: id });
  });
});

describe('accept', () => {
  const refusal = new TypeError('too large for this page');
  const refuse = () => {
    throw refusal;
  };
  const waiting =
    (cookieValue: CookieStoreDriver['cookieValue']): CookieStoreDriver['cookieValue'] =>
    async (...args) => {
      await null;
      return cookieValue(...args);
    };
  const asking: CookieStoreDriver['cookieValue'] = (session, accept) => {
    const value = driver.cookieValue(session);
    accept(value);
    return value;
  };
  const swallowing: CookieStoreDriver['cookieValue'] = (session, accept) => {
    try {
      return asking(session, accept);
    } catch {
      return driver.cookieValue(session);
    }
  };

  it.each([
    ['that asks', asking],
    ['that asks later', waiting(asking)],
    ['that does not ask', driver.cookieValue],
    ['that does not ask, and takes its time', waiting(driver.cookieValue)],
  ])('is called once with the returned value, with a driver %s', async (_, cookieValue) => {
    const store = createCookieStore({ ...driver, cookieValue });
    const accept = vi.fn();
    const value = await store.cookieValue(id, {}, {}, { accept });
    expect(accept.mock.calls).toEqual([[value]]);
  });

  it.each([
    ['that asks', asking],
    ['that asks later', waiting(asking)],
    ['that does not ask', driver.cookieValue],
    ['that does not ask, and takes its time', waiting(driver.cookieValue)],
    ['that ignores it', swallowing],
    ['that fails after it', waiting((...args) => asking(...args) + ({} as { a: { b: string } }).a.b)],
  ])('makes cookieValue reject with its error unchanged, with a driver %s', async (_, cookieValue) => {
    const store = createCookieStore({ ...driver, cookieValue });
    await expect(store.cookieValue(id, {}, {}, { accept: refuse })).rejects.toBe(refusal);
  });

  it('does not change the errors that a driver throws', async () => {
    const failure = new Error('connection refused');
    const store = createCookieStore({ ...driver, cookieValue: () => Promise.reject(failure) });
    const sealing = store.cookieValue(id, {}, {}, { accept() {} });
    await expect(sealing).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: failure });
  });

  it('is called again for a different returned value, but not for an empty one', async () => {
    const values: string[] = [];
    const accept = (value: string) => void values.push(value);
    const twice = createCookieStore({
      ...driver,
      cookieValue(_session, accept) {
        accept('first');
        return 'second';
      },
    });
    await twice.cookieValue(id, {}, {}, { accept });
    const revoked = createCookieStore({ ...driver, cookieValue: () => '' });
    expect(await revoked.cookieValue(id, {}, {}, { accept })).toBe('');
    expect(values).toEqual(['first', 'second']);
  });

  it("runs after the store's size check, which fails before the driver retires an id", async () => {
    const given = vi.fn();
    const accept = vi.fn();
    const cookieValue: CookieStoreDriver['cookieValue'] = (...args) => {
      const value = asking(...args);
      given();
      return value;
    };
    const store = createCookieStore({ ...driver, cookieValue }, { maxBytes: 100 });
    const sealing = store.cookieValue(id, { name: 'x'.repeat(200) }, {}, { accept });
    await expect(sealing).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect([given.mock.calls, accept.mock.calls]).toEqual([[], []]);
  });

  it('may refuse one value from a driver and accept the next', async () => {
    const accept = vi.fn((value: string) => {
      if (value.length > 10) throw refusal;
    });
    const trying: CookieStoreDriver['cookieValue'] = (session, accept) => {
      try {
        return asking(session, accept);
      } catch {
        accept('smaller');
        return 'smaller';
      }
    };
    for (const cookieValue of [trying, waiting(trying)]) {
      const store = createCookieStore({ ...driver, cookieValue });
      expect(await store.cookieValue(id, {}, {}, { accept })).toBe('smaller');
    }
    const failure = new Error('connection refused');
    const failing = waiting((...args) => {
      trying(...args);
      throw failure;
    });
    const sealing = createCookieStore({ ...driver, cookieValue: failing }).cookieValue(
      id,
      {},
      {},
      { accept },
    );
    await expect(sealing).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: failure });
  });

  it.each([
    ['rejects', () => Promise.reject(refusal)],
    ['resolves', () => Promise.resolve()],
  ])('must not return a promise, such as one that %s', async (_, accept) => {
    for (const cookieValue of [asking, waiting(asking), driver.cookieValue]) {
      const sealing = createCookieStore({ ...driver, cookieValue }).cookieValue(id, {}, {}, { accept });
      await expect(sealing).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('accept returned a promise'),
      });
    }
  });

  it('must be a function', async () => {
    const sealing = createCookieStore(driver).cookieValue(id, {}, {}, { accept: 'yes' as never });
    await expect(sealing).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});
