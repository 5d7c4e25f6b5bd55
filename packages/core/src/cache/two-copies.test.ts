import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { copyOfCore } from '../../test/core-copy.ts';
import { createRecordStore, directStore } from '../driver.ts';
import {
  cachedStore,
  cacheStore,
  createCookieStore,
  createSessionId,
  isSessionStore,
  isStoreError,
  list,
  load,
  type SessionStore,
  StoreError,
  save,
  uncacheStore,
} from '../index.ts';
import { memoryStorage } from '../memory.ts';
import { version } from './store-brand.ts';

type Copy = Awaited<ReturnType<typeof copyOfCore>>;
let same: Copy;
let newerMinor: Copy;
let nextMajor: Copy;

const major = Number(version.split('.')[0]);
const laterMinor = `${major}.999.0`;
const laterMajor = `${major + 1}.0.0`;

beforeAll(async () => {
  [same, newerMinor, nextMajor] = await Promise.all([
    copyOfCore(),
    copyOfCore(laterMinor),
    copyOfCore(laterMajor),
  ]);
});
afterEach(() => {
  uncacheStore();
});
afterAll(async () => {
  await Promise.all([same.remove(), newerMinor.remove(), nextMajor.remove()]);
});

const id = createSessionId();

describe('two copies of core', () => {
  it('are really two separate copies', () => {
    expect(same.index.load).not.toBe(load);
    expect(same.index.StoreError).not.toBe(StoreError);
  });

  it('share one cached store', async () => {
    const store = createRecordStore(memoryStorage());
    cacheStore(store);
    expect(same.index.cachedStore()).toBe(store);
    await same.index.save(id, { a: 1 }, {});
    expect((await load(id)).data).toEqual({ a: 1 });
    await same.index.close();
    expect(() => cachedStore()).toThrow(expect.objectContaining({ code: 'NO_STORE' }));
  });

  it('accept a store made by the other copy, even one with a different minor version', async () => {
    for (const copy of [same, newerMinor]) {
      const store = copy.driver.createRecordStore(memoryStorage());
      expect(isSessionStore(store)).toBe(true);
      cacheStore(store);
      await save(id, { a: 1 }, {});
      expect((await load(id)).data).toEqual({ a: 1 });
    }
  });

  it('recognize errors from the other copy', async () => {
    const error = await same.index.load(id).catch((caught: unknown) => caught);
    expect(error).not.toBeInstanceOf(StoreError);
    expect(isStoreError(error, 'NO_STORE')).toBe(true);
    expect(isStoreError(error, 'CLOSED')).toBe(false);
    expect(isStoreError(new Error('NO_STORE'))).toBe(false);
    expect(isStoreError(null)).toBe(false);
  });

  it('report both versions if their major versions differ, whichever copy notices', async () => {
    const named = {
      code: 'INCOMPATIBLE',
      message: expect.stringMatching(/2\.0\.0.*1\.0\.0|1\.0\.0.*2\.0\.0/),
    };
    const ofNextMajor = nextMajor.driver.createRecordStore(memoryStorage());
    expect(() => cacheStore(ofNextMajor)).toThrow(expect.objectContaining(named));
    nextMajor.index.cacheStore(ofNextMajor);
    await expect(load(id)).rejects.toMatchObject(named);
    expect(() => cachedStore()).toThrow(expect.objectContaining(named));
  });

  it('reject with UNSUPPORTED, naming both versions, if the cached store is too old to have the method', async () => {
    const store = createRecordStore(memoryStorage());
    const { list: _, ...older } = Object.getOwnPropertyDescriptors(store);
    cacheStore(Object.create(null, older));
    await expect(newerMinor.index.list('ada')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining(`made by @store/core ${version}, and this is ${laterMinor}`),
    });
    await expect(list('ada')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect((await newerMinor.index.load(id)).exists).toBe(false);
  });
});

describe('the direct store', () => {
  const load = () => undefined;
  const cookieValue = () => '';

  it('is found no matter which copy made the store', async () => {
    const direct = directStore(same.driver.createRecordStore(memoryStorage()));
    direct.save(id, { a: 1 }, {});
    expect(direct.load(id)).toMatchObject({ exists: true, data: { a: 1 } });
    expect(direct.endsSessions).toBe(true);
    expect(directStore(same.index.createCookieStore({ load, cookieValue })).endsSessions).toBe(false);
  });

  it("consists of the store's methods if its copy of core predates direct stores", async () => {
    const direct = directStore(withoutDirectWay(createRecordStore(memoryStorage())));
    await direct.save(id, { a: 1 }, {});
    const loading = direct.load(id);
    expect(loading).toBeInstanceOf(Promise);
    const base = await loading;
    expect(await direct.update(id, ({ flash }) => ({ data: { a: 2 }, flash }), { base })).toBe(true);
    expect(await direct.touch(id)).toBe(true);
    expect((await direct.load(id)).data).toEqual({ a: 2 });
    expect(await direct.cookieValue(id, {}, {})).toBe(id);
    expect([direct.endsSessions, direct.endsBySubject, direct.planMove(id, id)]).toEqual([
      true,
      true,
      undefined,
    ]);
    expect(directStore(withoutDirectWay(createCookieStore({ load, cookieValue }))).endsSessions).toBe(false);
  });
});

/** The store as a copy of core that predates direct stores would have made it. */
function withoutDirectWay(store: SessionStore): SessionStore {
  const brand = Symbol.for('@store/core.store');
  return Object.freeze(
    Object.defineProperties({} as SessionStore, {
      ...Object.getOwnPropertyDescriptors(store),
      [brand]: { value: { version, report() {} } },
    }),
  );
}

describe('version', () => {
  it('is the version in package.json', () => {
    expect(version).toBe(manifest.version);
  });
});
