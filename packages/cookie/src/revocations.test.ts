import { createSessionId, type SessionChange } from '@store/core';
import { createRecordStore, sessionKey } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../test/fake-clock.ts';
import { opens, password, sealAgain, startRevocable as start } from '../test/revocable-store.ts';
import { startSession } from './start-session.ts';

const [one, two] = [createSessionId(), createSessionId()];

describe('destroy with revocations', () => {
  it('stays in force against a slow request that seals the session again', async () => {
    const { store } = await start();
    const slow = await sealAgain(store, await store.cookieValue(one, { a: 1 }, {}));
    await store.destroy(one);
    expect(await slow()).toBe('');
  });

  it('ends a seal that was in progress when the session was revoked', async () => {
    const { store } = await start();
    const slow = await sealAgain(store, await store.cookieValue(one, { a: 1 }, {}));
    const [sealed] = await Promise.all([slow(), store.destroy(one)]);
    expect(sealed === '' || !(await opens(store, sealed))).toBe(true);
  });

  it.each([
    ['the idle timeout', {}, undefined],
    ['an idle timeout set for the session', { idleTimeout: 60 }, 7200],
    ['the absolute timeout', { idleTimeout: 7200, absoluteTimeout: 3600 }, undefined],
  ])('outlives every cookie it covers under %s', async (_, options, idleTimeout) => {
    const { store, records, advance, now } = await start(options);
    const own = { subject: 'ada', ...(idleTimeout !== undefined && { idleTimeout }) };
    const cookie = await store.cookieValue(one, {}, {}, own);
    const other = await store.cookieValue(two, {}, {}, own);
    const { expiresAt } = await store.load(cookie);
    await store.destroy(one);
    await store.destroyAll('ada');
    const seconds = ((expiresAt as number) - now()) / 1000;
    advance(seconds - 0.001);
    expect([await opens(store, cookie), await opens(store, other)]).toEqual([false, false]);
    for (const record of records.values())
      expect(record.expiresAt).toBeGreaterThan((expiresAt as number) + 60_000);
  });

  it('is forgotten once nothing needs it any longer', async () => {
    const { store, revocations, records, advance } = await start();
    await store.destroy(one);
    await store.destroyAll('ada');
    advance(7200 + 120);
    expect(await revocations.gc()).toBe(2);
    expect(records.size).toBe(0);
  });

  it('stores no session id, subject or cookie in the ledger', async () => {
    const { store, records } = await start();
    await store.destroy(one);
    await store.destroyAll('ada@example.com', { except: two });
    await store.destroyAll('ada@example.com', { only: sessionKey(one) });
    const text = JSON.stringify([...records]);
    for (const secret of [one, two, 'ada']) expect(text).not.toContain(secret);
  });

  it('is separate for each purpose that shares a ledger', async () => {
    const { store, revocations, now } = await start();
    const admin = await startSession({ password, purpose: 'admin', cache: false, revocations, now });
    const cookie = await admin.cookieValue(one, {}, {}, { subject: 'ada' });
    await store.destroy(one);
    await store.destroyAll('ada');
    expect(await opens(admin, cookie)).toBe(true);
  });
});

describe('destroyAll with revocations', () => {
  it("ends all of a subject's sessions and no others", async () => {
    const { store } = await start();
    const [ada, eve, anonymous] = await Promise.all([
      store.cookieValue(one, {}, {}, { subject: 'ada' }),
      store.cookieValue(two, {}, {}, { subject: 'eve' }),
      store.cookieValue(two, {}, {}),
    ]);
    await store.destroyAll('ada');
    expect(await Promise.all([ada, eve, anonymous].map((cookie) => opens(store, cookie)))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('lets the subject log in again at the same instant', async () => {
    const { store } = await start();
    await store.destroyAll('ada');
    expect(await opens(store, await store.cookieValue(one, {}, {}, { subject: 'ada' }))).toBe(true);
  });

  it('ends a login that started before it, whenever the login is sealed and whatever the clocks say', async () => {
    const ahead = fakeClock(Date.UTC(2026, 0, 1, 0, 1));
    const { store, revocations } = await start();
    const elsewhere = await startSession({ password, cache: false, revocations, now: ahead.now });
    const cookie = await elsewhere.cookieValue(one, {}, {}, { subject: 'ada' });
    await store.destroyAll('ada');
    expect(await opens(elsewhere, cookie)).toBe(false);
    expect(await opens(store, await store.cookieValue(two, {}, {}, { subject: 'ada' }))).toBe(true);
  });

  it('stays in force against a slow request that seals the session again', async () => {
    const { store } = await start();
    const slow = await sealAgain(store, await store.cookieValue(one, {}, {}, { subject: 'ada' }));
    await store.destroyAll('ada');
    expect(await slow()).toBe('');
  });

  it('ends a login that read the ledger before it and is sealed after it', async () => {
    const storage = memoryStorage();
    const looked = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const slowly = {
      ...storage,
      async read(key: string) {
        const record = storage.read(key);
        looked.resolve();
        await go.promise;
        return record;
      },
    };
    const revocations = createRecordStore(storage);
    const slow = await startSession({ password, cache: false, revocations: createRecordStore(slowly) });
    const store = await startSession({ password, cache: false, revocations });
    const login = slow.cookieValue(one, {}, {}, { subject: 'ada' });
    await looked.promise;
    await store.destroyAll('ada');
    go.resolve();
    expect(await opens(store, await login)).toBe(false);
  });

  it('spares one session for its whole life, even when it is sealed again', async () => {
    const { store, advance } = await start();
    let [mine, other] = await Promise.all([
      store.cookieValue(one, {}, {}, { subject: 'ada' }),
      store.cookieValue(two, {}, {}, { subject: 'ada' }),
    ]);
    await store.destroyAll('ada', { except: one });
    expect([await opens(store, mine), await opens(store, other)]).toEqual([true, false]);
    for (let hour = 0; hour < 5; hour++) {
      mine = await (await sealAgain(store, mine))();
      advance(3600);
      expect([await opens(store, mine), await opens(store, other)]).toEqual([true, false]);
    }
  });

  it('ends a session that an earlier one spared', async () => {
    const { store } = await start();
    const mine = await store.cookieValue(one, {}, {}, { subject: 'ada' });
    await store.destroyAll('ada', { except: one });
    await store.destroyAll('ada');
    expect(await opens(store, mine)).toBe(false);
  });

  it('does not revive an ended session by sparing it, whether the calls run one after another or at the same time', async () => {
    const { store } = await start();
    for (let round = 0; round < 20; round++) {
      const [mine, other] = [createSessionId(), createSessionId()];
      const subject = `user-${round}`;
      const cookie = await store.cookieValue(mine, {}, {}, { subject });
      const ends = () => store.destroyAll(subject, round % 3 === 0 ? { except: other } : {});
      const spares = () => store.destroyAll(subject, { except: mine });
      if (round % 2 === 0) {
        await ends();
        await spares();
      } else {
        await Promise.all([spares(), ends(), spares()]);
      }
      expect(await opens(store, cookie)).toBe(false);
    }
  });

  it.each([
    ['that started under an entry', true],
    ['that started before any entry', false],
  ])('spares a session %s, 100 times in a row without sealing it again', async (_, hasEntry) => {
    const { store } = await start();
    if (hasEntry) await store.destroyAll('ada');
    const mine = await store.cookieValue(one, {}, {}, { subject: 'ada' });
    for (let times = 0; times < 100; times++) {
      const other = await store.cookieValue(createSessionId(), {}, {}, { subject: 'ada' });
      await store.destroyAll('ada', { except: one });
      expect([await opens(store, mine), await opens(store, other)]).toEqual([true, false]);
    }
    await store.destroyAll('ada');
    await store.destroyAll('ada', { except: one });
    expect(await opens(store, mine)).toBe(false);
  });

  it('spares a session that started under an entry that has since been forgotten', async () => {
    const { store, advance } = await start();
    await store.destroyAll('ada');
    let mine = await store.cookieValue(one, {}, {}, { subject: 'ada' });
    for (let hour = 0; hour < 3; hour++) {
      advance(3600);
      mine = await (await sealAgain(store, mine))();
    }
    for (let times = 0; times < 3; times++) {
      const other = await store.cookieValue(createSessionId(), {}, {}, { subject: 'ada' });
      await store.destroyAll('ada', { except: one });
      expect([await opens(store, mine), await opens(store, other)]).toEqual([true, false]);
    }
    await store.destroyAll('ada', { except: two });
    await store.destroyAll('ada', { except: one });
    expect(await opens(store, mine)).toBe(false);
  });

  it('still spares a session that an earlier version has spared, and never revives it', async () => {
    const { store, revocations } = await start();
    // An earlier version writes no `spares`.
    const earlier = Object.create(revocations, {
      update: {
        value: (id: string, change: SessionChange) =>
          revocations.update(id, (content) => {
            const { data, flash } = change(content);
            const { spares: _, ...written } = data;
            return { data: written, flash };
          }),
      },
    });
    const old = await startSession({ password, cache: false, now: store.timeouts.now, revocations: earlier });
    await store.destroyAll('ada');
    const mine = await store.cookieValue(one, {}, {}, { subject: 'ada' });
    await old.destroyAll('ada', { except: one });
    for (let times = 0; times < 3; times++) {
      const other = await store.cookieValue(createSessionId(), {}, {}, { subject: 'ada' });
      await store.destroyAll('ada', { except: one });
      expect([await opens(store, mine), await opens(store, other)]).toEqual([true, false]);
    }
    await old.destroyAll('ada', { except: two });
    await store.destroyAll('ada', { except: one });
    expect(await opens(store, mine)).toBe(false);
  });

  it('does not revive sessions that ended before an earlier entry was forgotten', async () => {
    const { store, advance, revocations } = await start();
    await store.destroyAll('ada');
    let mine = await store.cookieValue(one, {}, {}, { subject: 'ada' });
    for (let hour = 0; hour < 3; hour++) {
      advance(3600);
      mine = await (await sealAgain(store, mine))();
    }
    await revocations.gc();
    expect(await opens(store, mine)).toBe(true);
    await store.destroyAll('ada');
    expect(await opens(store, mine)).toBe(false);
  });

  it('ends one device by its handle, only if it belongs to that subject', async () => {
    const { store } = await start();
    const cookie = await store.cookieValue(one, {}, {}, { subject: 'ada' });
    const other = await store.cookieValue(two, {}, {}, { subject: 'ada' });
    await store.destroyAll('eve', { only: sessionKey(one) });
    expect(await opens(store, cookie)).toBe(true);
    await store.destroyAll('ada', { only: sessionKey(one) });
    expect([await opens(store, cookie), await opens(store, other)]).toEqual([false, true]);
    await expect(store.destroyAll('ada', { only: 'no handle' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });
});
