import { createCookieStore, createSessionId, type SessionStore, type StoreEvent } from '@store/core';
import { createRecordStore, sessionKey } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';
import { describe, expect, it } from 'vitest';
import { opens, password, sealAgain, startRevocable as start } from '../test/revocable-store.ts';
import { startSession } from './start-session.ts';

const one = createSessionId();

describe('a ledger', () => {
  it('that is down makes the store refuse every call by default, revocations included', async () => {
    const { store, takeDown, bringBack } = await start();
    const cookie = await store.cookieValue(one, {}, {}, { subject: 'ada' });
    takeDown();
    for (const failing of [
      () => store.load(cookie),
      () => store.cookieValue(one, {}, {}),
      () => store.destroy(one),
      () => store.destroyAll('ada'),
      () => store.destroyAll('ada', { only: sessionKey(one) }),
    ]) {
      await expect(failing()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    bringBack();
    expect(await opens(store, cookie)).toBe(true);
  });

  it('that is down lets every seal through if configured to, is reported, and still makes revocations fail', async () => {
    const events: StoreEvent[] = [];
    const { store, takeDown } = await start({
      onRevocationsFailure: 'open',
      onEvent: (event) => events.push(event),
    });
    const cookie = await store.cookieValue(one, {}, {}, { subject: 'ada' });
    takeDown();
    expect(await opens(store, cookie)).toBe(true);
    expect(await (await sealAgain(store, cookie))()).toMatch(/^Fe26\.2/);
    expect(events.map(({ type }) => type)).toEqual(Array(3).fill('revocations-unavailable'));
    await expect(store.destroy(one)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it.each<[string, () => unknown, string]>([
    ['is not a store', () => ({ load() {} }), 'revocations'],
    [
      'is a cookie store',
      () => createCookieStore({ load: () => undefined, cookieValue: () => '' }),
      'revocations',
    ],
    [
      'forgets entries before a cookie ends',
      () => createRecordStore(memoryStorage(), { idleTimeout: 3599 }),
      'idleTimeout',
    ],
    [
      'drops an entry that is written again before a cookie ends',
      () => createRecordStore(memoryStorage(), { absoluteTimeout: 10_000 }),
      'absoluteTimeout',
    ],
  ])('that %s is refused', async (_, ledger, option) => {
    const options = { password, cache: false, idleTimeout: 3600, revocations: ledger() as SessionStore };
    await expect(startSession(options)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(option),
    });
  });

  it.each<[string, object]>([
    ['its defaults', {}],
    ['no absolute timeout', { absoluteTimeout: false }],
    ['a long memory', { idleTimeout: 2_592_000, absoluteTimeout: 6_000_000 }],
  ])('with %s is accepted', async (_, options) => {
    const revocations = createRecordStore(memoryStorage(), options);
    await expect(startSession({ password, cache: false, revocations })).resolves.toBeDefined();
  });

  it('may forget an entry before the idle timeout if the absolute timeout has ended every cookie by then', async () => {
    const revocations = createRecordStore(memoryStorage(), { idleTimeout: 100 });
    const store = startSession({
      password,
      cache: false,
      idleTimeout: 3600,
      absoluteTimeout: 100,
      revocations,
    });
    await expect(store).resolves.toBeDefined();
  });

  it('refuses a session that would live longer than the ledger remembers', async () => {
    const { store } = await start();
    const remembered = store.cookieValue(one, {}, {}, { idleTimeout: 7201 });
    await expect(remembered).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('whose idle timeout was shortened does not let through cookies that it could not revoke', async () => {
    const long = await start({}, 86_400);
    const cookie = await long.store.cookieValue(one, {}, {}, { idleTimeout: 86_400 });
    const events: StoreEvent[] = [];
    const short = await start({ onEvent: (event) => events.push(event) });
    expect(await opens(short.store, cookie)).toBe(false);
    expect(events).toMatchObject([{ type: 'unreadable-session' }]);
  });

  it('that is added later still accepts existing cookies, and can revoke them', async () => {
    const { store, revocations, now } = await start();
    const before = await startSession({ password, cache: false, now });
    const cookie = await before.cookieValue(one, {}, {}, { subject: 'ada' });
    expect(revocations.kind).toBe('server');
    expect(await opens(store, cookie)).toBe(true);
    await store.destroyAll('ada');
    expect(await opens(store, cookie)).toBe(false);
  });

  it('stays open when the store closes', async () => {
    const { store, revocations } = await start();
    await store.close();
    await expect(revocations.gc()).resolves.toBe(0);
  });
});

describe('the number of ledger reads and writes', () => {
  /** A store, and a function that counts the ledger reads and writes of one step. */
  async function startCounted() {
    const ledger = createRecordStore(memoryStorage());
    let [reads, writes] = [0, 0];
    const counted = {
      load: () => reads++,
      create: () => writes++,
      save: () => writes++,
      update: () => writes++,
    };
    const revocations: SessionStore = Object.create(
      ledger,
      Object.fromEntries(
        Object.entries(counted).map(([name, count]) => {
          const method = ledger[name as 'load'];
          const value = (...args: Parameters<typeof method>) => {
            count();
            return method(...args);
          };
          return [name, { value }];
        }),
      ),
    );
    const store = await startSession({ password, cache: false, revocations });
    const costOf = async (step: () => Promise<unknown>) => {
      [reads, writes] = [0, 0];
      await step();
      return [reads, writes];
    };
    return { store, costOf };
  }

  it.each([
    ['an anonymous session under its first id', undefined, 0, { load: [1, 0], seal: [1, 0], newId: [1, 1] }],
    ['an anonymous session under a new id', undefined, 1, { load: [2, 0], seal: [2, 0], newId: [2, 1] }],
    ["a subject's session under its first id", 'ada', 0, { load: [3, 0], seal: [3, 0], newId: [4, 1] }],
    ["a subject's session under a new id", 'ada', 1, { load: [4, 0], seal: [4, 0], newId: [5, 1] }],
  ] as const)('is as expected for %s', async (_, subject, moves, costs) => {
    const { store, costOf } = await startCounted();
    let cookie = await store.cookieValue(one, {}, {}, subject === undefined ? {} : { subject });
    for (let move = 0; move < moves; move++)
      cookie = await (await sealAgain(store, cookie))(createSessionId());
    const seal = await sealAgain(store, cookie);
    expect({
      load: await costOf(() => store.load(cookie)),
      seal: await costOf(() => seal()),
      newId: await costOf(() => seal(createSessionId())),
    }).toEqual(costs);
  });

  it('is higher when a session is spared for the first time', async () => {
    const { store, costOf } = await startCounted();
    await store.cookieValue(one, {}, {}, { subject: 'ada' });
    const spare = () => store.destroyAll('ada', { except: one });
    expect([await costOf(spare), await costOf(spare)]).toEqual([
      [2, 2],
      [1, 1],
    ]);
  });

  it.each([
    [0, { destroy: [0, 1], destroyAll: [0, 1], except: [1, 1], only: [1, 1] }],
    [1, { destroy: [1, 2], destroyAll: [0, 1], except: [3, 1], only: [3, 2] }],
    [3, { destroy: [3, 4], destroyAll: [0, 1], except: [7, 1], only: [7, 4] }],
  ])(
    'is as expected when ending a session that has had %i new ids since the given one',
    async (moves, costs) => {
      const { store, costOf } = await startCounted();
      let cookie = await store.cookieValue(one, {}, {}, { subject: 'ada' });
      for (let move = 0; move < moves; move++)
        cookie = await (await sealAgain(store, cookie))(createSessionId());
      await store.destroyAll('ada', { except: one });
      expect({
        destroyAll: await costOf(() => store.destroyAll('eve')),
        except: await costOf(() => store.destroyAll('ada', { except: one })),
        only: await costOf(() => store.destroyAll('ada', { only: sessionKey(one) })),
        destroy: await costOf(() => store.destroy(one)),
      }).toEqual(costs);
    },
  );
});
