import { describe, expect, it } from 'vitest';
import { createRecordStore, directStore } from '../driver.ts';
import { createCookieStore, createSessionId, createStore, type SessionStore } from '../index.ts';
import { memoryStorage } from '../memory.ts';
import { methodOptionNames } from './options.ts';

type Method = keyof typeof methodOptionNames;
const id = createSessionId();
const seals = { load: () => undefined, cookieValue: () => 'seal', destroyAll: async () => 1 };

/** One store of each kind that supports the method. */
function storesWith(method: Method): SessionStore[] {
  const sessions = new Map();
  const onRecords = createRecordStore(memoryStorage());
  const onFunctions = createStore({
    load: (key) => sessions.get(key),
    save: (key, data, flash, options) => void sessions.set(key, { data, flash, ...options }),
    destroy: (key) => void sessions.delete(key),
    gc() {},
  });
  const inCookie = createCookieStore(seals);
  if (method === 'cookieValue') return [inCookie];
  if (method === 'destroyAll') return [onRecords, inCookie];
  return method === 'save' ? [onRecords, onFunctions, inCookie] : [onRecords, onFunctions];
}

const calls: { [method in Method]: (store: SessionStore, options: never) => Promise<unknown> } = {
  save: (store, options) => store.save(id, {}, {}, options),
  create: (store, options) => store.create(createSessionId(), {}, {}, options),
  update: (store, options) => store.update(id, (content) => content, options),
  touch: (store, options) => store.touch(id, options),
  destroyAll: (store, options) => store.destroyAll('ada', options),
  cookieValue: (store, options) => store.cookieValue(id, {}, {}, options),
};

const save: [option: string, wrong: unknown, misspelled: string][] = [
  ['subject', 7, 'subjct'],
  ['idleTimeout', 0, 'idelTimeout'],
  ['expireOnClose', 'yes', 'expiresOnClose'],
];
const tables: { [method in Method]: typeof save } = {
  save,
  create: save,
  update: [...save, ['base', 'x', 'bas'], ['newId', 'short', 'newld'], ['endWhenEmpty', 1, 'endWhenEmty']],
  touch: [['base', null, 'bases']],
  // A handle comes from a web page, so an invalid one matches no session instead of causing an error.
  destroyAll: [
    ['except', 'short', 'expect'],
    ['only', undefined, 'ony'],
  ],
  cookieValue: [
    ...save,
    ['createdAt', 'x', 'creatdAt'],
    ['version', '1', 'versoin'],
    ['family', 1, 'famly'],
    ['unknownFields', [], 'unknownField'],
    ['accept', true, 'acept'],
  ],
};

describe.each(Object.keys(calls) as Method[])('the options of %s()', (method) => {
  const table = tables[method];

  it('are those in this table', () => {
    expect(table.map(([option]) => option)).toEqual(methodOptionNames[method]);
  });

  it.each(table)('reject an invalid %s, and suggest its name for a misspelling', async (...row) => {
    const [option, wrong, misspelled] = row;
    for (const store of storesWith(method)) {
      if (wrong !== undefined) {
        await expect(calls[method](store, { [option]: wrong } as never)).rejects.toMatchObject({
          code: expect.stringMatching(/^INVALID_/),
          message: expect.stringContaining(option === 'newId' || option === 'except' ? 'id' : option),
        });
      }
      await expect(calls[method](store, { [misspelled]: 1 } as never)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(
          new RegExp(`Unknown option ${method}\\(\\)\\.${misspelled}: did you mean ${option}\\?$`),
        ),
      });
    }
  });

  it.each([
    null,
    'a session id',
    7,
    true,
    [],
    ['a session id'],
    () => {},
    Promise.resolve({}),
    createCookieStore(seals),
  ])('must not be %s', async (given) => {
    for (const store of storesWith(method)) {
      await expect(calls[method](store, given as never)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`options of ${method}()`),
      });
    }
  });

  it('may be undefined, or an object of any kind', async () => {
    for (const store of storesWith(method)) {
      for (const options of [
        undefined,
        { xyz: undefined },
        Object.create(null),
        new (class Options {})(),
        Object.fromEntries(table.map(([option]) => [option, undefined])),
      ])
        await expect(calls[method](store, options as never)).resolves.not.toThrow();
    }
  });
});

describe('destroyAll', () => {
  it('ends no session when it rejects its options', async () => {
    const store = createRecordStore(memoryStorage());
    await store.save(id, {}, {}, { subject: 'ada' });
    for (const wrong of [{ expect: id }, id, [id]]) {
      await expect(store.destroyAll('ada', wrong as never)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.not.stringContaining(id),
      });
    }
    expect(await store.list('ada')).toHaveLength(1);
  });
});

describe('the direct store', () => {
  it('rejects unknown options, and accepts those that the middleware passes', () => {
    const direct = directStore(createRecordStore(memoryStorage()));
    expect(() => direct.save(id, {}, {}, { subjct: 'ada' } as object)).toThrow(/did you mean subject/);
    expect(direct.save(id, {}, {}, { subject: 'ada' })).toBeUndefined();
    const sealed = directStore(createCookieStore(seals));
    expect(sealed.cookieValue(id, {}, {}, { version: 1, family: id, createdAt: Date.now() })).toBe('seal');
  });
});

describe('an option that is undefined', () => {
  it('does not change the fields that a store made of four functions keeps', async () => {
    const [, store] = storesWith('update') as [SessionStore, SessionStore];
    await store.save(id, { n: 1 }, {}, { subject: 'ada', idleTimeout: 60 });
    const nothing = { subject: undefined, idleTimeout: undefined } as object;
    await store.update(id, (content) => content, nothing);
    await store.save(id, { n: 2 }, {}, nothing);
    expect(await store.load(id)).toMatchObject({ subject: 'ada', idleTimeout: 60 });
  });
});
