import { cacheStore, uncacheStore } from '@store/core';
import { createRecordStore } from '@store/core/driver';
import { memoryStorage, startSession } from '@store/core/memory';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../test/memory-store.ts';
import { wrongOptions, wrongPartialOptions, wrongUses } from '../test/wrong-options.ts';
import { cookieOptionNames } from './cookie/cookie-options.ts';
import { openSession } from './index.ts';
import { partialOptionNames, resolveSessionOptions, sessionOptionNames } from './options.ts';

const resolve = (options: unknown, more?: readonly string[]) => resolveSessionOptions(options as never, more);
const refusal = (text: RegExp) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(text) });

describe('session options', () => {
  // Every store has these two properties.
  const ofStores = ['name', 'onEvent'];
  it.each([...sessionOptionNames, ...cookieOptionNames].filter((name) => !ofStores.includes(name)))(
    'are recognized by the stores, whose errors say where %s belongs',
    (name) => {
      expect(() => createRecordStore(memoryStorage(), { [name]: 1 })).toThrow(refusal(/@store\/session/));
    },
  );

  it('can be an instance of a class, or inherited, as in configuration objects', async () => {
    const store = await startSession({ cache: false });
    class Configuration {
      get store() {
        return store;
      }
    }
    for (const options of [
      new Configuration(),
      Object.create({ store }),
      Object.assign(Object.create(null), { store }),
    ])
      expect(resolve(options).store).toBe(store);
  });

  it('have defaults', () => {
    expect(resolve({})).toMatchObject({
      store: undefined,
      touchAfter: undefined,
      lazy: false,
      onStoreFailure: 'fail',
      timeout: 10,
      gcProbability: 0.02,
      cookies: { options: { name: '__Host-session', priority: 'high', maxHeaderSize: 12_288 } },
    });
  });

  it('count as omitted when they are undefined, whatever their name', () => {
    const names = [...sessionOptionNames, ...partialOptionNames, 'idleTimeout', 'secret', 'sameSite', 'typo'];
    expect(() => resolve(Object.fromEntries(names.map((name) => [name, undefined])))).not.toThrow();
  });

  it('are all covered by the table of invalid uses below', () => {
    expect(Object.keys(wrongOptions).sort()).toEqual([...sessionOptionNames].sort());
    expect(Object.keys(wrongPartialOptions).sort()).toEqual([...partialOptionNames].sort());
  });

  it.each(wrongUses(wrongOptions))('are rejected for an invalid type, value or name: %o', (options, text) => {
    expect(() => resolve(options)).toThrow(refusal(text));
  });

  it.each(wrongUses(wrongPartialOptions))(
    'that only some functions take are checked by those functions: %o',
    (options, text) => {
      expect(() => resolve(options, partialOptionNames)).toThrow(refusal(text));
    },
  );

  it.each(partialOptionNames)('reject %s where it would have no effect, and say where it belongs', (name) => {
    expect(() => resolve({ [name]: () => {} })).toThrow(refusal(new RegExp(`option ${name} is only for `)));
  });

  it.each<[object, RegExp]>([
    [{ name: 'sid' }, /cookie: \{ name \}/],
    [{ secret: 'x' }, /secret/],
    [{ resave: false }, /resave/],
    [{ saveUninitialized: false }, /saveUninitialized/],
    [{ rolling: true }, /touchAfter/],
    [{ genid: () => '' }, /genid/],
    [{ maxAge: 60 }, /idleTimeout/],
    [{ ttl: 60 }, /idleTimeout/],
    [{ idleTimeout: 60 }, /belongs to the store: startSession\(\{ idleTimeout \}\)/],
    [{ password: 'x' }, /belongs to the store/],
    [{ sameSite: 'lax' }, /belongs to the cookie: cookie: \{ sameSite \}/],
    [{ maxHeaderSize: 8192 }, /belongs to the cookie/],
    [{ insecureOnLoopback: true }, /belongs to the cookie/],
    [{ somethingElse: 1 }, /the options are store, cookie/],
    [{ cookie: { maxAge: 1000 } }, /cookie\.maxAge: .*idleTimeout/],
    [{ cookie: { expires: new Date() } }, /cookie\.expires: .*absoluteTimeout/],
    [{ cookie: { httpOnly: false } }, /always HttpOnly/],
    [{ cookie: { httponly: true } }, /cookie\.httponly/],
    [{ cookie: { signed: true } }, /needs no signature/],
    [{ cookie: { idleTimeout: 60 } }, /cookie\.idleTimeout: it belongs to the store/],
    [{ cookie: { touchAfter: 60 } }, /next to cookie/],
  ])('that belong elsewhere are rejected with the right place: %j', (options, text) => {
    expect(() => resolve(options)).toThrow(refusal(text));
  });
});

describe('touchAfter', () => {
  afterEach(() => {
    uncacheStore();
  });

  it('is rejected for a store whose sessions would end before they are touched', () => {
    const { store } = createMemoryStore({ idleTimeout: 60 });
    for (const touchAfter of [60, 61, 7200])
      expect(() => resolve({ store, touchAfter })).toThrow(
        refusal(/less than the idleTimeout of memory, 60/),
      );
    expect(() => resolve({ store, touchAfter: 59 })).not.toThrow();
  });

  it('is rejected on the first request if it does not suit the cached store', async () => {
    const options = { touchAfter: 60 };
    await expect(openSession('', options)).rejects.toMatchObject({ code: 'NO_STORE' });
    cacheStore(createMemoryStore({ idleTimeout: 60 }).store);
    await expect(openSession('', options)).rejects.toEqual(
      refusal(/less than the idleTimeout of memory, 60/),
    );
    cacheStore(createMemoryStore({ idleTimeout: 61 }).store);
    await expect(openSession('', options)).resolves.toBeDefined();
  });
});

describe('anything passed in place of the options', () => {
  it('is rejected, with what to write instead', async () => {
    const store = await startSession({ cache: false });
    expect(() => resolve(store)).toThrow(refusal(/store was passed in place of the options.* \{ store \}/));
    const promised = startSession({ cache: false });
    expect(() => resolve(promised)).toThrow(refusal(/await startSession/));
    expect(() => resolve({ store: promised })).toThrow(refusal(/store must be .*await startSession/));
    for (const wrong of [
      () => {},
      null,
      'sid',
      7,
      [],
      new Map(),
      new Date(),
      new URL('https://shop.example'),
    ])
      expect(() => resolve(wrong)).toThrow(refusal(/options must be an object, not .* Pass an object/));
  });

  it('may be an instance of a class if its properties are options', () => {
    class Config {
      timeout = 5;
    }
    expect(resolve(new Config()).timeout).toBe(5);
    expect(resolve(Object.assign(Object.create(null), { timeout: 6 })).timeout).toBe(6);
  });
});
