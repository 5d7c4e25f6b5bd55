import { createSessionId, createStore } from '@store/core';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import { openSite } from '../../test/site.ts';
import { openSession, type Session, type SessionEvent } from '../index.ts';

type Data = { name: string; n: number };

/** A visitor with a cart whose id has just been given up. */
async function openMoved() {
  const site = openSite();
  const events: SessionEvent[] = [];
  const options = {
    store: site.store,
    gcProbability: 0,
    onEvent: (event: SessionEvent) => events.push(event),
  };
  await site.visit((session) => session.set('n', 1));
  const [old] = site.cookies.values();
  const header = `__Host-session=${old}`;
  const logIn = async (subject = 'ada', cookie = header) => {
    const { session, commit } = await openSession<Data>(cookie, options);
    session.setSubject(subject);
    session.set('name', subject);
    const { cookies } = await commit();
    return cookies.map(({ name, value }) => `${name}=${value}`).join();
  };
  return { ...site, events, options, header, logIn };
}

describe('an id that was given up', () => {
  it('changes nothing and sets no cookie, whatever a late request does with it', async () => {
    const { store, events, options, header, logIn } = await openMoved();
    await logIn();
    for (const change of ['set', 'regenerate', 'flash'] as const) {
      const { session, commit } = await openSession<Data>(header, options);
      if (change === 'set') session.set('n', 2);
      else if (change === 'flash') session.flash('notice', 'x');
      else session.regenerate();
      expect((await commit()).cookies).toEqual([]);
      expect(events.at(-1)).toMatchObject({ outcome: 'moved', cookie: 'skipped', reason: 'moved' });
    }
    expect(await store.count()).toBe(1);
    expect((await store.list('ada')).map(({ data }) => data)).toEqual([{ n: 1, name: 'ada' }]);
  });

  it('reports moved when it is given up during the request', async () => {
    const { events, options, header, logIn } = await openMoved();
    const late = await openSession<Data>(header, options);
    late.session.set('n', 2);
    await logIn();
    expect((await late.commit()).cookies).toEqual([]);
    expect(events.at(-1)).toMatchObject({ outcome: 'moved' });
  });

  it('gives each of ten logins a session of its own, at the same moment or one after another', async () => {
    for (const isParallel of [true, false]) {
      const { store, options, logIn } = await openMoved();
      const cookies: string[] = [];
      if (isParallel) cookies.push(...(await Promise.all(Array.from({ length: 10 }, () => logIn()))));
      else for (let n = 0; n < 10; n++) cookies.push(await logIn());
      expect(new Set(cookies).size).toBe(10);
      // No session of a visitor is left, and whichever cookie the browser keeps, it is signed in.
      expect([await store.count(), (await store.list('ada')).length]).toEqual([10, 10]);
      for (const cookie of cookies)
        expect((await openSession<Data>(cookie, options)).session.subject).toBe('ada');
      // The first one takes the cart along, the others have nothing of it.
      const carts = (await store.list('ada')).map(({ data }) => data.n);
      expect(carts.filter((n) => n === 1)).toHaveLength(1);
      expect(carts.filter((n) => n === undefined)).toHaveLength(9);
    }
  });

  it('gives a login nothing of the session that it leads to, and does not end that', async () => {
    const { store, options, logIn } = await openMoved();
    await logIn('ada');
    const bobs = await logIn('bob');
    expect((await store.list('ada')).map(({ data }) => data)).toEqual([{ n: 1, name: 'ada' }]);
    expect((await openSession<Data>(bobs, options)).session.all()).toEqual({ name: 'bob' });
  });

  it('leaves a login that began before it was given up its cookie, but no lifetime of the other', async () => {
    const { store, events, options, header, logIn } = await openMoved();
    const early = await openSession<Data>(header, options);
    early.session.setSubject('bob');
    const remembered = await openSession<Data>(header, options);
    remembered.session.setLifetime({ idleTimeout: 5000 });
    remembered.session.regenerate();
    await remembered.commit();
    const { cookies } = await early.commit();
    expect(cookies).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ outcome: 'created', cookie: 'set' });
    const bobs = await store.load(cookies[0]?.value ?? '');
    expect(bobs).toMatchObject({ exists: true, subject: 'bob', data: {} });
    expect(bobs).not.toHaveProperty('idleTimeout');
    await logIn();
    expect(await store.list('bob')).toHaveLength(1);
  });

  it('drops a login that was under way when its session was ended, and sets no cookie', async () => {
    const { store, events, options, header } = await openMoved();
    const login = await openSession<Data>(header, options);
    login.session.setSubject('ada');
    await store.clear();
    expect((await login.commit()).cookies).toEqual([]);
    expect(events.at(-1)).toMatchObject({ outcome: 'ended-during-request' });
    expect(await store.count()).toBe(0);
  });

  it('is told by reload, after which only a login is written', async () => {
    for (const isLogin of [true, false]) {
      const { store, options, header, logIn } = await openMoved();
      const late = await openSession<Data>(header, options);
      await logIn('ada');
      expect(await late.session.reload()).toBe(false);
      if (isLogin) late.session.setSubject('bob');
      else late.session.set('n', 2);
      expect((await late.commit()).cookies).toHaveLength(isLogin ? 1 : 0);
      expect(await store.count()).toBe(isLogin ? 2 : 1);
    }
  });

  it('makes a new session for a login after the one it led to has ended', async () => {
    const { store, logIn } = await openMoved();
    await logIn();
    await store.destroyAll('ada');
    await logIn();
    expect((await store.list('ada')).map(({ data }) => data)).toEqual([{ name: 'ada' }]);
  });

  it('ends the session wherever it is with invalidate, before the move or after it', async () => {
    for (const order of ['opened before', 'opened after'] as const) {
      const { store, options, header, logIn } = await openMoved();
      const early = order === 'opened before' ? await openSession<Data>(header, options) : undefined;
      await logIn();
      const { session, commit } = early ?? (await openSession<Data>(header, options));
      session.invalidate();
      expect((await commit()).cookies[0]).toMatchObject({ value: '', options: { maxAge: 0 } });
      expect(await store.count()).toBe(0);
    }
  });
});

describe('endOthers', () => {
  it('ends every other session of the user when this one is written, its new id spared', async () => {
    const { store, options, logIn } = await openMoved();
    const mine = await logIn('ada', '');
    await logIn('ada', '');
    await logIn('bob', '');
    const { session, commit } = await openSession<Data>(mine, options);
    session.regenerate();
    session.endOthers();
    expect((await commit()).cookies).toHaveLength(1);
    expect([(await store.list('ada')).length, (await store.list('bob')).length]).toEqual([1, 1]);
    expect((await store.load(session.id)).exists).toBe(true);
  });

  it('works for a session that is otherwise unchanged, and not when the request fails', async () => {
    const { store, options, logIn } = await openMoved();
    const mine = await logIn('ada', '');
    await logIn('ada', '');
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

  it('throws where there are no others to end: without a subject, and on a store that cannot', async () => {
    const { session } = await openSession('', { store: openSite().store });
    expect(() => session.endOthers()).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    session.setSubject('ada');
    session.endOthers();
    const functions = { load: () => undefined, save: () => {}, destroy: () => {}, gc: () => {} };
    const plain = await openSession('', { store: createStore(functions) });
    plain.session.setSubject('ada');
    expect(() => plain.session.endOthers()).toThrow(/cannot end sessions by subject/);
  });

  it('throws HEADERS_SENT once the response has left, when nothing would end them any more', async () => {
    const { options, logIn } = await openMoved();
    const { session, commit } = await openSession(await logIn('ada', ''), options);
    await commit();
    expect(() => session.endOthers()).toThrow(expect.objectContaining({ code: 'HEADERS_SENT' }));
  });
});

describe('a password change that ends all sessions but session.id', () => {
  it('spares this session, though its new id is not stored yet', async () => {
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

  it('spares nothing by an id that was never shown', async () => {
    const { store, options, logIn } = await openMoved();
    const { session } = await openSession<Data>(await logIn('ada', ''), options);
    session.regenerate();
    expect(await store.destroyAll('ada', { except: createSessionId() })).toBe(1);
  });
});

describe('isFresh', () => {
  it('is true for as many seconds after a sign-in, and after signing in again', async () => {
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

  it('is true in the request that signs in, after a save too', async () => {
    const { options, header } = await openMoved();
    for (const cookie of ['', header]) {
      const { session } = await openSession(cookie, options);
      session.setSubject('ada');
      await session.save();
      expect([session.isFresh(1), session.subject]).toEqual([true, 'ada']);
    }
  });

  it('refuses what is no number of seconds', async () => {
    const { session } = await openSession('', { store: openSite().store });
    for (const wrong of [0, -1, 1.5, Number.NaN, '60'])
      expect(() => session.isFresh(wrong as number)).toThrow(/isFresh\(\).*whole number of seconds/);
  });
});

describe('a session that is emptied', () => {
  it('ends when nobody is signed in to it, and stays when someone is', async () => {
    const site = openSite();
    await site.visit((session) => session.set('n', 1));
    const { setCookies } = await site.visit((session) => session.delete('n'));
    expect([setCookies, await site.store.count()]).toEqual([[], 0]);
    expect(site.events.at(-1)).toMatchObject({ outcome: 'emptied' });
    await site.visit((session) => {
      session.setSubject('ada');
      session.set('n', 1);
    });
    await site.visit((session) => session.clear());
    expect(await site.store.count()).toBe(1);
  });

  it('stays when another request has put something in meanwhile', async () => {
    const site = openSite();
    await site.visit((session) => session.set('n', 1));
    const [id = ''] = site.cookies.values();
    await site.visit(async (session) => {
      session.delete('n');
      await site.store.update(id, ({ data, flash }) => ({ data: { ...data, name: 'Ada' }, flash }));
    });
    expect((await site.store.load(id)).data).toEqual({ name: 'Ada' });
  });

  it('ends with a flash that was its only content, once that is read', async () => {
    const site = openSite();
    await site.visit((session) => session.flash('notice', 'Goodbye'));
    await site.visit((session) => expect(session.getFlash('notice')).toBe('Goodbye'));
    expect(await site.store.count()).toBe(0);
  });
});
