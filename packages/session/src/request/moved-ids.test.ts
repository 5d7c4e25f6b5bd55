import { describe, expect, it } from 'vitest';
import { openSite } from '../../test/site.ts';
import { openSession, type SessionEvent } from '../index.ts';

type Data = { name: string; n: number };

/** A visitor with a cart whose session has just moved to a new id. */
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

describe('the old id of a moved session', () => {
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

  it('reports moved when the session moves during the request', async () => {
    const { events, options, header, logIn } = await openMoved();
    const late = await openSession<Data>(header, options);
    late.session.set('n', 2);
    await logIn();
    expect((await late.commit()).cookies).toEqual([]);
    expect(events.at(-1)).toMatchObject({ outcome: 'moved' });
  });

  it('gives each of ten logins a separate session, whether parallel or one after another', async () => {
    for (const isParallel of [true, false]) {
      const { store, options, logIn } = await openMoved();
      const cookies: string[] = [];
      if (isParallel) cookies.push(...(await Promise.all(Array.from({ length: 10 }, () => logIn()))));
      else for (let n = 0; n < 10; n++) cookies.push(await logIn());
      expect(new Set(cookies).size).toBe(10);
      // The visitor's session is gone, and the browser is signed in, whichever cookie it keeps.
      expect([await store.count(), (await store.list('ada')).length]).toEqual([10, 10]);
      for (const cookie of cookies)
        expect((await openSession<Data>(cookie, options)).session.subject).toBe('ada');
      // The first login keeps the cart; the others do not have it.
      const carts = (await store.list('ada')).map(({ data }) => data.n);
      expect(carts.filter((n) => n === 1)).toHaveLength(1);
      expect(carts.filter((n) => n === undefined)).toHaveLength(9);
    }
  });

  it('gives a login nothing from the session that it leads to, and does not end that session', async () => {
    const { store, options, logIn } = await openMoved();
    await logIn('ada');
    const bobs = await logIn('bob');
    expect((await store.list('ada')).map(({ data }) => data)).toEqual([{ n: 1, name: 'ada' }]);
    expect((await openSession<Data>(bobs, options)).session.all()).toEqual({ name: 'bob' });
  });

  it("lets a login that started before the move set its cookie, without the other session's lifetime", async () => {
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

  it('does not let a login revive a session that the same request moved and another one ended', async () => {
    const { store, events, options, header } = await openMoved();
    const { session, commit } = await openSession<Data>(header, options);
    session.regenerate();
    await session.save();
    await store.clear();
    session.setSubject('ada');
    await commit();
    expect(events.at(-1)).toMatchObject({ outcome: 'ended-during-request' });
    expect(await store.count()).toBe(0);
  });

  it('gives a login neither the lifetime nor the data of another user, in the cookie or the store', async () => {
    const { store, options } = await openMoved();
    const open = (cookie: string) => openSession<Data>(cookie, options);
    const ada = await open('');
    ada.session.setSubject('ada');
    ada.session.setLifetime({ idleTimeout: 5000, expireOnClose: true });
    const [cookie] = (await ada.commit()).cookies;
    expect(cookie?.options.maxAge).toBeUndefined();
    const bob = await open(`${cookie?.name}=${cookie?.value}`);
    bob.session.setSubject('bob');
    const [bobs] = (await bob.commit()).cookies;
    expect(bobs?.options.maxAge).toBe(store.timeouts.idleTimeout);
    expect(await store.load(bobs?.value ?? '')).not.toHaveProperty('idleTimeout');
  });

  it('drops a login that was running when its session was ended, and sets no cookie', async () => {
    const { store, events, options, header } = await openMoved();
    const login = await openSession<Data>(header, options);
    login.session.setSubject('ada');
    await store.clear();
    expect((await login.commit()).cookies).toEqual([]);
    expect(events.at(-1)).toMatchObject({ outcome: 'ended-during-request' });
    expect(await store.count()).toBe(0);
  });

  it('is reported by reload, after which only a login is written', async () => {
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

  it('gives a login a new session once the moved session has ended', async () => {
    const { store, logIn } = await openMoved();
    await logIn();
    await store.destroyAll('ada');
    await logIn();
    expect((await store.list('ada')).map(({ data }) => data)).toEqual([{ name: 'ada' }]);
  });

  it('ends the session under its current id with invalidate, before the move or after it', async () => {
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

describe('a session that is emptied', () => {
  it('ends when it has no user, and stays when it has one', async () => {
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

  it('stays when a parallel request has added something', async () => {
    const site = openSite();
    await site.visit((session) => session.set('n', 1));
    const [id = ''] = site.cookies.values();
    await site.visit(async (session) => {
      session.delete('n');
      await site.store.update(id, ({ data, flash }) => ({ data: { ...data, name: 'Ada' }, flash }));
    });
    expect((await site.store.load(id)).data).toEqual({ name: 'Ada' });
  });

  it('ends when flash was its only content and has been read', async () => {
    const site = openSite();
    await site.visit((session) => session.flash('notice', 'Goodbye'));
    await site.visit((session) => expect(session.getFlash('notice')).toBe('Goodbye'));
    expect(await site.store.count()).toBe(0);
  });
});
