import { describe, expect, it } from 'vitest';
import { openSite } from '../../test/site.ts';
import { openSession, type SessionEvent } from '../index.ts';

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

  it('leaves one session after ten logins with it, at the same moment or one after another', async () => {
    for (const isParallel of [true, false]) {
      const { store, logIn } = await openMoved();
      const cookies: string[] = [];
      if (isParallel) cookies.push(...(await Promise.all(Array.from({ length: 10 }, () => logIn()))));
      else for (let n = 0; n < 10; n++) cookies.push(await logIn());
      expect(new Set(cookies).size).toBe(10);
      expect(await store.count()).toBe(1);
      expect((await store.list('ada')).map(({ data }) => data)).toEqual([{ n: 1, name: 'ada' }]);
    }
  });

  it('gives another user’s login nothing of the session that it leads to', async () => {
    const { store, options, logIn } = await openMoved();
    await logIn('ada');
    const bobs = await logIn('bob');
    expect(await store.list('ada')).toEqual([]);
    expect((await openSession<Data>(bobs, options)).session.all()).toEqual({ name: 'bob' });
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
