import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createMemoryStore, createPlainCookieStore } from '../../test/memory-store.ts';
import { openSession, readSession, type SessionSource, withSession } from '../index.ts';

type Visits = { visits: number; name: string };

function openStore() {
  const behind = createMemoryStore();
  const options = { store: behind.store, gcProbability: 0 };
  /** Stores a session, and returns its `Cookie` header. */
  const begin = async () => {
    const { session, commit } = await openSession<Visits>('', options);
    session.set('visits', 1);
    const [cookie] = (await commit()).cookies;
    return `${cookie?.name}=${cookie?.value}`;
  };
  return { ...behind, options, begin };
}

function nodeRequest(cookie: string): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.headers.cookie = cookie;
  return request;
}

describe('openSession', () => {
  it.each<[string, (cookie: string) => SessionSource]>([
    ['a Request', (cookie) => new Request('https://shop.example', { headers: { cookie } })],
    ['Headers', (cookie) => new Headers({ cookie })],
    ['an IncomingMessage', nodeRequest],
    ['the text of the Cookie header', (cookie) => cookie],
  ])('opens the session of %s, and commits it', async (_, sourceOf) => {
    const { options, begin } = openStore();
    const cookie = await begin();
    const first = await openSession<Visits>(sourceOf(cookie), options);
    first.session.update('visits', (visits = 0) => visits + 1);
    expect(await first.commit()).toEqual({
      cookies: [],
      headers: [
        ['Vary', 'Cookie'],
        ['Cache-Control', 'private'],
      ],
    });
    expect((await openSession<Visits>(sourceOf(cookie), options)).session.get('visits')).toBe(2);
  });

  it('has read the session when it is there, with `lazy` too', async () => {
    const { options, begin } = openStore();
    const { session } = await openSession<Visits>(await begin(), { ...options, lazy: true });
    expect(session.get('visits')).toBe(1);
  });

  it('gives the cookie in parts for frameworks with an API of their own, and as headers to append', async () => {
    const { options } = openStore();
    const { session, commit } = await openSession<Visits>('', options);
    session.set('visits', 1);
    const headers = new Headers({ 'Cache-Control': 'max-age=5', Vary: 'Accept' });
    const committed = await commit({ status: 200, headers });
    expect(committed.cookies).toEqual([
      {
        name: '__Host-session',
        value: session.id,
        options: expect.objectContaining({
          path: '/',
          httpOnly: true,
          secure: true,
          sameSite: 'lax',
          maxAge: 7200,
        }),
      },
    ]);
    for (const [name, value] of committed.headers) headers.append(name, value);
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-session=[\w-]{43}; Max-Age=7200; Path=\/;/),
    ]);
    expect([headers.get('Vary'), headers.get('Cache-Control')]).toEqual([
      'Accept, Cookie',
      'max-age=5, no-cache="Set-Cookie"',
    ]);
  });

  it('writes nothing for a status of 5xx, nor after discard(), and ends an invalidated session even then', async () => {
    const { store, options, begin } = openStore();
    const cookie = await begin();
    const failed = await openSession<Visits>(cookie, options);
    failed.session.set('visits', 9);
    expect((await failed.commit({ status: 500 })).cookies).toEqual([]);
    const discarded = await openSession<Visits>(cookie, options);
    discarded.session.set('visits', 9);
    discarded.session.discard();
    discarded.session.regenerate();
    expect((await discarded.commit()).cookies).toEqual([]);
    expect((await readSession<Visits>(cookie, options)).get('visits')).toBe(1);
    const ended = await openSession<Visits>(cookie, options);
    ended.session.invalidate();
    ended.session.set('visits', 9);
    ended.session.discard();
    expect((await ended.commit()).cookies[0]).toMatchObject({ value: '', options: { maxAge: 0 } });
    expect(await store.count()).toBe(0);
  });

  it('saves what is changed after commit at the next commit, without headers', async () => {
    const { options, begin } = openStore();
    const cookie = await begin();
    const { session, commit } = await openSession<Visits>(cookie, options);
    await commit();
    session.set('visits', 5);
    expect(await commit()).toEqual({ cookies: [], headers: [] });
    expect((await readSession<Visits>(cookie, options)).get('visits')).toBe(5);
  });

  it('checks an options object once, and refuses what cannot be right', async () => {
    await expect(openSession('', { rolling: true } as never)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    await expect(openSession('', 7 as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('rejects with NO_STORE when no store was started', async () => {
    await expect(openSession('')).rejects.toMatchObject({ code: 'NO_STORE', status: 500 });
  });
});

describe('session.save()', () => {
  it('writes now, and the cookie goes out with the response, even one that fails', async () => {
    const { store, options } = openStore();
    const { session, commit } = await openSession<Visits>('', options);
    session.set('visits', 1);
    await session.save();
    expect([session.isNew, await store.count()]).toEqual([false, 1]);
    session.set('visits', 2);
    const { cookies } = await commit({ status: 500 });
    expect(cookies.map(({ value }) => value)).toEqual([session.id]);
    expect((await store.load(session.id)).data).toEqual({ visits: 1 });
  });

  it('writes what is changed while a response streams', async () => {
    const { store, options, begin } = openStore();
    const { session, commit } = await openSession<Visits>(await begin(), options);
    await commit();
    session.set('visits', 7);
    await session.save();
    expect((await store.load(session.id)).data).toEqual({ visits: 7 });
  });

  it('leaves a session in the cookie to the response', async () => {
    const { store } = createPlainCookieStore();
    const { session, commit } = await openSession<Visits>('', { store });
    session.set('visits', 1);
    await session.save();
    expect((await commit()).cookies).toHaveLength(1);
  });
});

describe('session.reload()', () => {
  it('reads the newest content, with what is not written yet on top', async () => {
    const { store, options, begin } = openStore();
    const { session } = await openSession<Visits>(await begin(), options);
    session.update('visits', (visits = 0) => visits + 1);
    await store.update(session.id, ({ flash }) => ({ data: { visits: 10, name: 'Ada' }, flash }));
    expect(await session.reload()).toBe(true);
    expect(session.all()).toEqual({ visits: 11, name: 'Ada' });
  });

  it('tells that the session has ended, which nothing brings back', async () => {
    const { store, options, begin } = openStore();
    const { session, commit } = await openSession<Visits>(await begin(), options);
    await store.destroy(session.id);
    expect(await session.reload()).toBe(false);
    session.set('visits', 3);
    expect([(await commit()).cookies, await store.count()]).toEqual([[], 0]);
  });
});

describe('readSession', () => {
  it('reads and never writes, and consumes no flash', async () => {
    const { store, options, begin } = openStore();
    const cookie = await begin();
    const first = await openSession<Visits, { notice: string }>(cookie, options);
    first.session.flash('notice', 'hello');
    await first.commit();
    const session = await readSession<Visits, { notice: string }>(cookie, options);
    expect([session.get('visits'), session.getFlash('notice')]).toEqual([1, 'hello']);
    for (const write of [() => session.set('visits', 2), () => session.invalidate()])
      expect(write).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    await store.update(session.id, (current) => ({ ...current, data: { visits: 3 } }));
    expect([await session.reload(), session.get('visits')]).toEqual([true, 3]);
    expect((await store.load(session.id)).flash).toEqual({ notice: 'hello' });
  });
});

describe('withSession', () => {
  it('runs a handler and puts cookie and cache headers on its response', async () => {
    const { options } = openStore();
    const request = new Request('https://shop.example');
    const response = await withSession<Visits>(request, options, (session) => {
      session.set('visits', 1);
      return Response.redirect('https://shop.example/next', 303);
    });
    expect([response.status, response.headers.getSetCookie().length, response.headers.get('Vary')]).toEqual([
      303,
      1,
      'Cookie',
    ]);
  });

  it('throws on what the handler throws, and writes nothing', async () => {
    const { store, options } = openStore();
    const run = withSession<Visits>(new Request('https://shop.example'), options, (session) => {
      session.set('visits', 1);
      throw new RangeError('on purpose');
    });
    await expect(run).rejects.toThrow(RangeError);
    expect(await store.count()).toBe(0);
  });
});
