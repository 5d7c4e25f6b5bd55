import { createSessionId, type SessionData } from '@store/core';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { hideSynchronousCrypto, sealings } from '../test/sealings.ts';
import { startSession } from './start-session.ts';

const password = 'a password of at least 32 characters';
const id = createSessionId();

/** Any string is a valid key; `__proto__` must be restored as a key, not as a prototype. */
const content = () =>
  fc
    .array(fc.tuple(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('__proto__')), fc.jsonValue()))
    .map((entries) => {
      const data: SessionData = JSON.parse('{}');
      for (const [key, value] of entries) {
        Object.defineProperty(data, key, {
          value: JSON.parse(JSON.stringify(value)),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      return data;
    });

describe('startSession', () => {
  it('does not change its options', async () => {
    const options = Object.freeze({
      password: Object.freeze([Object.freeze({ secret: password })]),
      cache: false,
    });
    await expect(startSession(options)).resolves.toBeDefined();
  });
});

describe.each(sealings)('a session sealed on the %s path', (path) => {
  let restore = () => {};
  const start = (options: Partial<Parameters<typeof startSession>[0]> = {}) => {
    if (path === 'portable') restore = hideSynchronousCrypto();
    return startSession({ password, cache: false, ...options });
  };
  afterEach(() => restore());

  it('is restored unchanged, whatever it contains', async () => {
    const store = await start();
    await fc.assert(
      fc.asyncProperty(content(), content(), async (data, flash) => {
        const stored = await store.load(await store.cookieValue(id, data, flash));
        expect(stored).toMatchObject({ id, exists: true });
        expect(JSON.stringify(stored.data)).toBe(JSON.stringify(data));
        expect(JSON.stringify(stored.flash)).toBe(JSON.stringify(flash));
      }),
    );
  });

  it('produces a different cookie each time, using only characters that need no quoting', async () => {
    const store = await start();
    const values = await Promise.all(Array.from({ length: 1000 }, () => store.cookieValue(id, { a: 1 }, {})));
    expect(new Set(values.map((value) => value.split('*')[3])).size).toBe(1000);
    for (const value of values) expect(value).toMatch(/^[\w.*-]+$/);
  });

  it('does not open for another purpose under the same password, nor under another password', async () => {
    const value = await (await start()).cookieValue(id, {}, {});
    expect((await (await start()).load(value)).exists).toBe(true);
    expect((await (await start({ purpose: 'password-reset' })).load(value)).exists).toBe(false);
    expect((await (await start({ password: `${password}!` })).load(value)).exists).toBe(false);
  });

  it('uses the same password id for every purpose, and still does not open for another', async () => {
    const named = [{ id: 'main', secret: password }];
    const value = await (await start({ password: named, purpose: 'a' })).cookieValue(id, {}, {});
    expect(value).toContain('Fe26.2*main*');
    expect((await (await start({ password: named, purpose: 'b' })).load(value)).exists).toBe(false);
  });

  it('is refused when it is too long to be opened again', async () => {
    const store = await start();
    await expect(store.cookieValue(id, { a: 'x'.repeat(65_536) }, {})).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    const value = await store.cookieValue(id, { a: 'x'.repeat(40_000) }, {});
    expect((await store.load(value)).exists).toBe(true);
    expect((await store.load(value + 'A'.repeat(65_536))).exists).toBe(false);
  });
});

describe('a seal', () => {
  it('records whether the session ends with the browser, and keeps the first id through every new one', async () => {
    const store = await startSession({ password, cache: false });
    const [first, second] = [createSessionId(), createSessionId()];
    const opened = await store.load(await store.cookieValue(first, {}, {}, { expireOnClose: true }));
    expect(opened).toMatchObject({ expireOnClose: true, family: first });
    const options = { family: opened.family as string, expireOnClose: false };
    const moved = await store.load(await store.cookieValue(second, {}, {}, options));
    expect([moved.expireOnClose, moved.family]).toEqual([false, `${first}.${second}`]);
    expect(await store.load(await store.cookieValue(first, {}, {}))).not.toHaveProperty('expireOnClose');
  });
});
