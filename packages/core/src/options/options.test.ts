import { describe, expect, it } from 'vitest';
import { createRecordStore } from '../driver.ts';
import { createCookieStore, createSessionId, createStore, type StartOptions } from '../index.ts';
import { memoryStorage, startSession } from '../memory.ts';
import { storeOptionNames } from './options.ts';

const driver = { load: () => undefined, save() {}, destroy() {}, gc() {}, cookieValue: () => '' };

/** Every function that makes a store, with the options that it accepts in addition to the common ones. */
const ways: [way: string, make: (options: unknown) => unknown, names: string[]][] = [
  ['createRecordStore', (options) => createRecordStore(memoryStorage(), options as object), ['name']],
  ['createStore', (options) => createStore(driver, options as object), ['name']],
  ['createCookieStore', (options) => createCookieStore(driver, options as object), ['name']],
  ['startSession', (options) => startSession(options as StartOptions), ['cache']],
];

const rows: [option: string, wrongType: unknown, outOfRange: unknown, misspelled: string][] = [
  ['idleTimeout', '7200', 0, 'idelTimeout'],
  ['absoluteTimeout', true, 2 ** 31, 'absoluteTimout'],
  ['maxBytes', '1', 0.5, 'maxByte'],
  ['now', 5, undefined, 'noww'],
  ['onEvent', {}, undefined, 'onevnt'],
  ['name', 5, '', 'nam'],
  ['cache', 'yes', undefined, 'cahce'],
];

describe.each(ways)('the options of %s', (_, make, names) => {
  const refusal = async (options: unknown) => {
    const error = await (async () => make(options))().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'INVALID_OPTION' });
    return (error as Error).message;
  };
  const own = rows.filter(([option]) => (option !== 'name' && option !== 'cache') || names.includes(option));

  it('are those in this table', async () => {
    const message = await refusal({ somethingFarOff: 1 });
    const known = /the options are (.*)\.$/.exec(message)?.[1]?.split(', ');
    expect(known?.sort()).toEqual(own.map(([option]) => option).sort());
  });

  it.each(own)('reject an invalid %s, and suggest its name for a misspelling', async (...row) => {
    const [option, wrongType, outOfRange, misspelled] = row;
    for (const wrong of [wrongType, null, outOfRange]) {
      if (wrong !== undefined) expect(await refusal({ [option]: wrong })).toContain(`] ${option} must be `);
    }
    expect(await refusal({ [misspelled]: 1 })).toMatch(
      new RegExp(`Unknown option ${misspelled}: did you mean ${option}\\?$`),
    );
  });

  it('may be undefined, whatever their names', async () => {
    const options = Object.fromEntries([...own.map(([option]) => option), 'idelTimeout'].map((n) => [n]));
    await expect((async () => make(options))()).resolves.toMatchObject({ timeouts: { idleTimeout: 7200 } });
  });

  it.each<[string, unknown, RegExp]>([
    ['text', 'a secret', /options must be an object such as \{ .* \}, not a string of 8 characters\.$/],
    ['null', null, /options must be an object .* not null/],
    ['a list', [], /options must be an object .* not an array/],
    ['a function', () => {}, /options must be an object .* not a function/],
    ['a promise', Promise.resolve({}), /A promise was passed in place of the options\. Await it/],
    ['a store', createStore(driver), /A store or .* passed in place of the options\. Pass an object such as/],
    ['a storage backend', memoryStorage(), /the functions of a driver were passed in place of the options/],
  ])('must not be %s', async (_, given, text) => {
    expect(await refusal(given)).toMatch(text);
  });
});

it('createRecordStore rejects the options first when its arguments are swapped', () => {
  expect(() => createRecordStore({ idleTimeout: 60 } as never, memoryStorage() as never)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/passed in place of the options/) }),
  );
});

it('storeOptionNames lists the options of every store', () => {
  const everywhere = rows.map(([option]) => option).filter((option) => option !== 'cache');
  expect([...storeOptionNames].sort()).toEqual(everywhere.sort());
});

describe('maxBytes', () => {
  it('limits the UTF-8 bytes of the payload before anything reaches the backend', async () => {
    const called: string[] = [];
    const spy = <T extends object>(functions: T) =>
      new Proxy(functions, {
        get(target, name) {
          const found = Reflect.get(target, name);
          if (typeof found !== 'function') return found;
          return (...args: unknown[]) => {
            called.push(String(name));
            return (found as (...args: unknown[]) => unknown)(...args);
          };
        },
      });
    const id = createSessionId();
    // {"data":{"a":"ä…"},"flash":{},"v":1}, where ä occurs 100 times and has two bytes.
    const data = { a: 'ä'.repeat(100) };
    const payload = Buffer.byteLength(JSON.stringify({ v: 1, data, flash: {} }));
    for (const make of [createRecordStore, createStore]) {
      const functions = (make === createStore ? driver : memoryStorage()) as never;
      await expect(make(functions, { maxBytes: payload }).save(id, data, {})).resolves.toBeUndefined();
      const small = make(spy(functions), { maxBytes: payload - 1 });
      const tooLarge = expect.objectContaining({ code: 'TOO_LARGE' });
      await expect(small.save(id, data, {})).rejects.toEqual(tooLarge);
      await expect(small.create(id, data, {})).rejects.toEqual(tooLarge);
    }
    expect(called).toEqual([]);
    const store = createRecordStore(spy(memoryStorage()), { maxBytes: payload - 1 });
    await store.save(id, {}, {});
    const base = await store.load(id);
    called.length = 0;
    await expect(store.update(id, () => ({ data, flash: {} }), { base })).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    expect(called).toEqual([]);
  });
});
