import { createSessionId, type SessionStore } from '@store/core';
import { createRecordStore, sessionKey } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../test/fake-clock.ts';
import { opens, password, sealAgain, startRevocable as start } from '../test/revocable-store.ts';
import { startSession } from './start-session.ts';

/** A session that has had three ids, each sealed by the request that loaded the previous one. */
async function openMoved(store: SessionStore, subject?: string) {
  const ids = [createSessionId(), createSessionId(), createSessionId()] as const;
  let cookie = await store.cookieValue(ids[0], { n: 1 }, {}, subject === undefined ? {} : { subject });
  const cookies = [cookie];
  for (const id of ids.slice(1)) {
    cookie = await (await sealAgain(store, cookie))(id);
    cookies.push(cookie);
  }
  return { ids, cookies, current: cookie };
}

describe('a session that gets new ids, with revocations', () => {
  it('opens only under the last one', async () => {
    const { store } = await start();
    const { cookies } = await openMoved(store, 'ada');
    expect(await Promise.all(cookies.map((cookie) => opens(store, cookie)))).toEqual([false, false, true]);
  });

  it.each([0, 1, 2] as const)('is ended by destroying any id it has had: number %i', async (which) => {
    const { store } = await start();
    const { ids, current } = await openMoved(store, 'ada');
    await store.destroy(ids[which]);
    expect(await opens(store, current)).toBe(false);
  });

  it('is ended by destroying an old id even after it has been sealed again for hours', async () => {
    const { store, advance } = await start();
    const { ids, current } = await openMoved(store);
    let cookie = current;
    for (let hour = 0; hour < 5; hour++) {
      advance(3600);
      cookie = await (await sealAgain(store, cookie))();
    }
    await store.destroy(ids[2]);
    expect(await opens(store, cookie)).toBe(false);
  });

  it('cannot get a new id once it has ended, and a seal that was in progress does not open', async () => {
    const { store } = await start();
    const first = createSessionId();
    const login = await sealAgain(store, await store.cookieValue(first, {}, {}));
    await store.destroy(first);
    expect(await login(createSessionId())).toBe('');
  });

  it('is ended by a logout that races with a new id, in any order, for hundreds of rounds', async () => {
    const memory = memoryStorage();
    // Each call gets a separate turn, so that every interleaving occurs.
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, Math.random() * 2));
    const slow = new Proxy(memory, {
      get(target, property) {
        const found = Reflect.get(target, property);
        if (typeof found !== 'function') return found;
        return async (...args: unknown[]) => {
          await pause();
          return Reflect.apply(found, target, args);
        };
      },
    });
    const stores = await Promise.all(
      [1, 2].map(() => startSession({ password, cache: false, revocations: createRecordStore(slow) })),
    );
    const [store, elsewhere] = stores as [SessionStore, SessionStore];
    let moved = 0;
    await Promise.all(
      Array.from({ length: 300 }, async () => {
        const first = createSessionId();
        const login = await sealAgain(store, await store.cookieValue(first, {}, {}, { subject: 'ada' }));
        const [sealed] = await Promise.all([
          login(createSessionId()),
          pause().then(() => elsewhere.destroy(first)),
        ]);
        if (sealed !== '') moved++;
        expect(sealed !== '' && (await opens(store, sealed))).toBe(false);
      }),
    );
    expect(moved).toBeGreaterThan(0);
  });

  it('keeps only one of ten parallel logins, and the others set no cookie', async () => {
    const { store } = await start();
    const cookie = await store.cookieValue(createSessionId(), {}, {});
    const logins = await Promise.all(Array.from({ length: 10 }, () => sealAgain(store, cookie)));
    const sealed = await Promise.all(logins.map((login) => login(createSessionId())));
    const opened = await Promise.all(sealed.map((value) => opens(store, value)));
    expect(opened.filter(Boolean)).toHaveLength(1);
    expect(sealed.filter((value) => value !== '')).toHaveLength(1);
  });

  it('is spared by destroyAll under an old id, and ended under an old handle', async () => {
    const { store } = await start();
    const { ids, current } = await openMoved(store, 'ada');
    const other = await store.cookieValue(createSessionId(), {}, {}, { subject: 'ada' });
    await store.destroyAll('ada', { except: ids[0] });
    expect([await opens(store, current), await opens(store, other)]).toEqual([true, false]);
    await store.destroyAll('ada', { only: sessionKey(ids[0]) });
    expect(await opens(store, current)).toBe(false);
  });

  it('starts another family after a logout', async () => {
    const { store } = await start();
    const { ids } = await openMoved(store);
    await store.destroy(ids[0]);
    expect(await opens(store, await store.cookieValue(createSessionId(), {}, {}))).toBe(true);
  });

  it('is ended through its first id even if its new id was not recorded', async () => {
    const { store, revocations, now } = await start();
    const before = await startSession({ password, cache: false, now });
    const { ids, current } = await openMoved(before);
    expect(revocations.kind).toBe('server');
    expect(await opens(store, current)).toBe(true);
    await store.destroy(ids[0]);
    expect(await opens(store, current)).toBe(false);
  });

  it('ignores a malformed family', async () => {
    const { store } = await start();
    for (const family of ['', '.', 'short', '../../etc', `${createSessionId()}.x`, '\0']) {
      const cookie = await store.cookieValue(createSessionId(), {}, {}, { family });
      expect(await opens(store, cookie)).toBe(true);
    }
  });
});

describe('an old id', () => {
  const missing = { exists: false, data: {}, flash: {} };

  it('loads as moved for 60 seconds, and no longer loads after that', async () => {
    const { store, advance } = await start();
    const { ids, cookies } = await openMoved(store, 'ada');
    for (const which of [0, 1] as const)
      expect(await store.load(cookies[which] as string)).toEqual({ ...missing, id: ids[which], moved: true });
    advance(59.999);
    expect((await store.load(cookies[1] as string)).moved).toBe(true);
    advance(0.001);
    expect(await store.load(cookies[1] as string)).toEqual({ ...missing, id: '' });
  });

  it('does not load at all once the first id, the subject or the device has been ended', async () => {
    for (const end of ['first id', 'subject', 'device'] as const) {
      const { store, now } = await start();
      const before = await startSession({ password, cache: false, now });
      // The first new id was not recorded in the ledger.
      const [first, second] = [createSessionId(), createSessionId()];
      const cookie = await before.cookieValue(first, {}, {}, { subject: 'ada' });
      const moved = await (await sealAgain(before, cookie))(second);
      await (await sealAgain(store, moved))(createSessionId());
      expect((await store.load(moved)).moved).toBe(true);
      if (end === 'first id') await store.destroy(first);
      else await store.destroyAll('ada', end === 'device' ? { only: sessionKey(second) } : {});
      expect(await store.load(moved)).toEqual({ ...missing, id: '' });
    }
  });

  it('still loads as moved after the session has ended under a later id', async () => {
    const { store } = await start();
    const { ids, cookies } = await openMoved(store, 'ada');
    await store.destroy(ids[2]);
    for (const which of [0, 1] as const)
      expect(await store.load(cookies[which] as string)).toEqual({ ...missing, id: ids[which], moved: true });
    expect(await store.load(cookies[2] as string)).toEqual({ ...missing, id: '' });
  });

  it('still loads as moved after destroyAll has spared its session under a later id', async () => {
    const { store } = await start();
    const { ids, cookies } = await openMoved(store, 'ada');
    await store.destroyAll('ada', { except: ids[2] });
    expect((await store.load(cookies[0] as string)).moved).toBe(true);
  });

  it.each([-600, 600])(
    "is dated by the ledger's clock, which is %i seconds off from the clock of the cookies",
    async (ahead) => {
      const { now, advance } = fakeClock();
      const revocations = createRecordStore(memoryStorage(), { now: () => now() + ahead * 1000 });
      const store = await startSession({ password, cache: false, revocations, now });
      const { ids, cookies } = await openMoved(store);
      advance(59.999);
      expect(await store.load(cookies[1] as string)).toEqual({ ...missing, id: ids[1], moved: true });
      advance(0.001);
      expect(await store.load(cookies[1] as string)).toEqual({ ...missing, id: '' });
    },
  );

  it('does not load as moved from a cookie that has expired or was sealed for another purpose', async () => {
    const { store, revocations, now, advance } = await start({ idleTimeout: 30 });
    const admin = await startSession({ password, purpose: 'admin', cache: false, revocations, now });
    const { cookies } = await openMoved(store);
    expect(await admin.load(cookies[0] as string)).toEqual({ ...missing, id: '' });
    advance(30);
    expect(await store.load(cookies[0] as string)).toEqual({ ...missing, id: '' });
  });

  it('is not sealed again', async () => {
    const { store } = await start();
    const cookie = await store.cookieValue(createSessionId(), {}, {});
    const [slow, login] = [await sealAgain(store, cookie), await sealAgain(store, cookie)];
    await login(createSessionId());
    expect([await slow(), await slow(createSessionId())]).toEqual(['', '']);
  });
});

describe('a refused seal', () => {
  it('leaves nothing behind, so that destroy ends the session that kept its old id', async () => {
    const { store } = await start();
    const id = createSessionId();
    const cookie = await store.cookieValue(id, { n: 1 }, {});
    const { family, createdAt } = await store.load(cookie);
    const huge = store.cookieValue(id, { n: 'x'.repeat(60_000) }, {}, { family, createdAt } as object);
    await expect(huge).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(await opens(store, cookie)).toBe(true);
    await store.destroy(id);
    expect(await opens(store, cookie)).toBe(false);
  });

  it('keeps the session under its old id when the session is too large to be sealed under a new one', async () => {
    const { store } = await start();
    const cookie = await store.cookieValue(createSessionId(), { n: 1 }, {});
    const { family, createdAt } = await store.load(cookie);
    const data = { n: 'x'.repeat(60_000) };
    const moving = store.cookieValue(createSessionId(), data, {}, { family, createdAt } as object);
    await expect(moving).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(await opens(store, cookie)).toBe(true);
  });

  it('keeps the session under its old id when the caller refused the new seal', async () => {
    const { store } = await start();
    const cookie = await store.cookieValue(createSessionId(), { n: 1 }, {});
    const { family, createdAt } = await store.load(cookie);
    const refusal = new RangeError('too large');
    const accept = () => {
      throw refusal;
    };
    const options = { family: family as string, createdAt: createdAt as number, accept };
    await expect(store.cookieValue(createSessionId(), { n: 1 }, {}, options)).rejects.toBe(refusal);
    expect(await opens(store, cookie)).toBe(true);
    const moved = await (await sealAgain(store, cookie))(createSessionId());
    expect([await opens(store, moved), await opens(store, cookie)]).toEqual([true, false]);
  });
});
