import { createSessionId, createStore } from '@store/core';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import { openSite } from '../../test/site.ts';
import { openSession, type Session } from '../index.ts';

type Data = { name: string; n: number };

/** A store, and how users sign in to it. */
function openUsers() {
  const { store } = openSite();
  const options = { store, gcProbability: 0 };
  const logIn = async (subject = 'ada') => {
    const { session, commit } = await openSession<Data>('', options);
    session.setSubject(subject);
    session.set('name', subject);
    const { cookies } = await commit();
    return cookies.map(({ name, value }) => `${name}=${value}`).join();
  };
  return { store, options, logIn };
}

describe('endOthers', () => {
  it('ends every other session of the user when this one is written, sparing its new id', async () => {
    const { store, options, logIn } = openUsers();
    const mine = await logIn();
    await logIn();
    await logIn('bob');
    const { session, commit } = await openSession<Data>(mine, options);
    session.regenerate();
    session.endOthers();
    expect((await commit()).cookies).toHaveLength(1);
    expect([(await store.list('ada')).length, (await store.list('bob')).length]).toEqual([1, 1]);
    expect((await store.load(session.id)).exists).toBe(true);
  });

  it('works for an otherwise unchanged session, but not when the request fails', async () => {
    const { store, options, logIn } = openUsers();
    const mine = await logIn();
    await logIn();
    for (const [status, left] of [
      [500, 2],
      [200, 1],
    ] as const) {
      const { session, commit } = await openSession<Data>(mine, options);
      session.endOthers();
      await commit({ status });
      expect(await store.list('ada')).toHaveLength(left);
    }
  });

  it('throws without a subject, and on a store that cannot end sessions by subject', async () => {
    const { session } = await openSession('', { store: openSite().store });
    expect(() => session.endOthers()).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    session.setSubject('ada');
    session.endOthers();
    const functions = { load: () => undefined, save: () => {}, destroy: () => {}, gc: () => {} };
    const plain = await openSession('', { store: createStore(functions) });
    plain.session.setSubject('ada');
    expect(() => plain.session.endOthers()).toThrow(/cannot end sessions by subject/);
  });

  it('ends the other sessions along with this one when called before invalidate, unless the request fails', async () => {
    for (const [status, left] of [
      [500, 1],
      [200, 0],
    ] as const) {
      const { store, options, logIn } = openUsers();
      const mine = await logIn();
      await logIn();
      const { session, commit } = await openSession(mine, options);
      session.endOthers();
      session.invalidate();
      expect((await commit({ status })).cookies[0]).toMatchObject({ value: '' });
      expect(await store.list('ada')).toHaveLength(left);
    }
  });

  it('throws HEADERS_SENT once the headers have been sent, when it is too late to end other sessions', async () => {
    const { options, logIn } = openUsers();
    const { session, commit } = await openSession(await logIn(), options);
    await commit();
    expect(() => session.endOthers()).toThrow(expect.objectContaining({ code: 'HEADERS_SENT' }));
  });
});

describe('a password change that ends all sessions except session.id', () => {
  it('spares this session, even though its new id is not stored yet', async () => {
    for (const isRemote of [false, true]) {
      const { store } = createMemoryStore({}, isRemote);
      const options = { store, gcProbability: 0 };
      const logIn = async () => {
        const { session, commit } = await openSession('', options);
        session.setSubject('ada');
        session.set('n', 1);
        const { cookies } = await commit();
        return `${cookies[0]?.name}=${cookies[0]?.value}`;
      };
      const [mine, other] = [await logIn(), await logIn()];
      const { session, commit } = await openSession<Data>(mine, options);
      session.regenerate();
      expect(await store.destroyAll('ada', { except: session.id })).toBe(1);
      session.set('name', 'changed');
      expect((await commit()).cookies).toHaveLength(1);
      expect((await store.list('ada')).map(({ data }) => data)).toEqual([{ n: 1, name: 'changed' }]);
      expect(await store.destroyAll('ada', { except: session.id })).toBe(0);
      expect((await openSession(other, options)).session.subject).toBeUndefined();
    }
  });

  it('does not spare this session if its id was never read', async () => {
    const { store, options, logIn } = openUsers();
    const { session } = await openSession<Data>(await logIn(), options);
    session.regenerate();
    expect(await store.destroyAll('ada', { except: createSessionId() })).toBe(1);
  });
});

describe('isFresh', () => {
  it('is true for the given number of seconds after signing in, and after signing in again', async () => {
    const site = openSite();
    const isFresh = async (seconds: number, before = (_: Session) => {}) => {
      let fresh: boolean | undefined;
      await site.visit((session) => {
        before(session as unknown as Session);
        fresh = session.isFresh(seconds);
      });
      return fresh;
    };
    const signIn = (session: Session) => session.setSubject('ada');
    await site.visit((session) => session.set('n', 1));
    expect(await isFresh(300)).toBe(false);
    site.clock.now += 100_000;
    expect(await isFresh(300, signIn)).toBe(true);
    site.clock.now += 300_000;
    expect(await isFresh(300)).toBe(true);
    expect(await isFresh(300, (session) => session.regenerate())).toBe(true);
    site.clock.now += 1;
    expect(await isFresh(300)).toBe(false);
    expect(await isFresh(300, signIn)).toBe(true);
    expect(await isFresh(300)).toBe(true);
    expect(await isFresh(300, (session) => session.invalidate())).toBe(false);
  });

  it('is true in the request that signs in, even after a save', async () => {
    const { options, logIn } = openUsers();
    for (const cookie of ['', await logIn()]) {
      const { session } = await openSession(cookie, options);
      session.setSubject('ada');
      await session.save();
      expect([session.isFresh(1), session.subject]).toEqual([true, 'ada']);
    }
  });

  it('rejects anything but a whole number of seconds', async () => {
    const { session } = await openSession('', { store: openSite().store });
    for (const wrong of [0, -1, 1.5, Number.NaN, '60'])
      expect(() => session.isFresh(wrong as number)).toThrow(/isFresh\(\).*whole number of seconds/);
  });
});
