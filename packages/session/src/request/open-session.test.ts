import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import { openStore, type Visits } from '../../test/visits.ts';
import { openSession, readSession, type SessionEvent, type SessionSource, withSession } from '../index.ts';

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
    const cacheHeaders = [
      ['Vary', 'Cookie'],
      ['Cache-Control', 'private'],
    ];
    expect(await first.commit()).toEqual({ cookies: [], cacheHeaders, headers: cacheHeaders });
    expect((await openSession<Visits>(sourceOf(cookie), options)).session.get('visits')).toBe(2);
  });

  it('has loaded the session by the time it resolves, even with `lazy`', async () => {
    const { options, begin } = openStore();
    const { session } = await openSession<Visits>(await begin(), { ...options, lazy: true });
    expect(session.get('visits')).toBe(1);
  });

  it('returns the cookie in parts for frameworks with a cookie API, and everything as headers', async () => {
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
    const cacheHeaders = [
      ['Vary', 'Accept, Cookie'],
      ['Cache-Control', 'no-store'],
    ];
    expect(committed.cacheHeaders).toEqual(cacheHeaders);
    expect(committed.headers).toEqual([
      ['Set-Cookie', expect.stringMatching(/^__Host-session=[\w-]{43}; Max-Age=7200; Path=\/;/)],
      ...cacheHeaders,
    ]);
  });

  it('writes nothing for a 5xx status, but still ends an invalidated session', async () => {
    const { store, options, begin } = openStore();
    const cookie = await begin();
    const failed = await openSession<Visits>(cookie, options);
    failed.session.set('visits', 9);
    expect((await failed.commit({ status: 500 })).cookies).toEqual([]);
    expect((await readSession<Visits>(cookie, options)).get('visits')).toBe(1);
    const ended = await openSession<Visits>(cookie, options);
    ended.session.invalidate();
    ended.session.set('visits', 9);
    expect((await ended.commit({ status: 500 })).cookies[0]).toMatchObject({
      value: '',
      options: { maxAge: 0 },
    });
    expect(await store.count()).toBe(0);
  });

  it('takes host and scheme from the options where the source does not contain them', async () => {
    const { options } = openStore();
    const nameFor = async (source: SessionSource, known: { host?: string; https?: boolean }) => {
      const development = { ...options, cookie: { insecureOnLoopback: true }, ...known };
      const { session, commit } = await openSession<Visits>(source, development);
      session.set('visits', 1);
      return (await commit()).cookies[0]?.name;
    };
    expect(await nameFor('', {})).toBe('__Host-session');
    expect(await nameFor('', { host: 'localhost:3000', https: false })).toBe('session');
    expect(await nameFor('', { host: 'shop.example', https: false })).toBe('__Host-session');
    expect(await nameFor(nodeRequest(''), { host: 'localhost' })).toBe('session');
    expect(await nameFor(new Request('http://localhost'), { https: true })).toBe('__Host-session');
    for (const wrong of [{ host: 7 }, { https: 'yes' }, { waitUntil: true }])
      await expect(openSession('', { ...options, ...wrong } as never)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
      });
  });

  it('accepts the headers of a Node response, which include lists and numbers', async () => {
    const { store } = createMemoryStore();
    const { session, commit } = await openSession('', { store });
    session.set('n', 1);
    const headers = { vary: ['Accept', 'Origin'], 'content-length': 3, 'set-cookie': ['theme=dark'] };
    const { cacheHeaders } = await commit({ headers: headers as never });
    expect(cacheHeaders).toContainEqual(['Vary', 'Accept, Origin, Cookie']);
  });

  it('reports plain http only where it is known', async () => {
    const { store } = createMemoryStore();
    const warningOf = async (source: Headers, options: { https?: boolean } = {}) => {
      const events: SessionEvent[] = [];
      const opened = await openSession(source, { store, ...options, onEvent: (event) => events.push(event) });
      opened.session.set('n', 1);
      await opened.commit();
      return events.map((event) => ('warning' in event ? event.warning : undefined));
    };
    const host = 'shop.example';
    expect(await warningOf(new Headers({ host }))).toEqual([undefined]);
    expect(await warningOf(new Headers({ host, 'x-forwarded-proto': 'https' }))).toEqual([undefined]);
    expect(await warningOf(new Headers({ host, 'x-forwarded-proto': 'http' }))).toEqual([
      'secure-cookie-over-http',
    ]);
    expect(await warningOf(new Headers({ host }), { https: false })).toEqual(['secure-cookie-over-http']);
  });

  it('fails again after a failure, unless the response is an error', async () => {
    const { store, storage } = createMemoryStore();
    storage.insert = () => Promise.reject(new Error('disk full'));
    const { session, commit } = await openSession<Visits>('', { store });
    session.set('visits', 1);
    const unavailable = { code: 'UNAVAILABLE', status: 503 };
    await expect(commit()).rejects.toMatchObject(unavailable);
    await expect(commit()).rejects.toMatchObject(unavailable);
    expect(await commit({ status: 503 })).toEqual({ cookies: [], cacheHeaders: [], headers: [] });
  });

  it('collects garbage after commit, and passes that work to waitUntil', async () => {
    const { options, calls } = openStore();
    const work: Promise<void>[] = [];
    const waitUntil = (each: Promise<void>) => void work.push(each);
    const { session, commit } = await openSession<Visits>('', { ...options, gcProbability: 1, waitUntil });
    session.set('visits', 1);
    await commit();
    await Promise.all(work);
    expect([work.length, calls.includes('deleteExpired')]).toEqual([1, true]);
  });

  it('saves changes made after commit on the next commit, without headers', async () => {
    const { options, begin } = openStore();
    const cookie = await begin();
    const { session, commit } = await openSession<Visits>(cookie, options);
    await commit();
    session.set('visits', 5);
    expect(await commit()).toEqual({ cookies: [], cacheHeaders: [], headers: [] });
    expect((await readSession<Visits>(cookie, options)).get('visits')).toBe(5);
  });

  it('checks an options object once, and rejects invalid options', async () => {
    await expect(openSession('', { rolling: true } as never)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    await expect(openSession('', 7 as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('rejects with NO_STORE when no store was started', async () => {
    await expect(openSession('')).rejects.toMatchObject({ code: 'NO_STORE', status: 500 });
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
  it('runs a handler and adds the cookie and cache headers to its response', async () => {
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

  it("rethrows the handler's error, and writes nothing", async () => {
    const { store, options } = openStore();
    const run = withSession<Visits>(new Request('https://shop.example'), options, (session) => {
      session.set('visits', 1);
      throw new RangeError('on purpose');
    });
    await expect(run).rejects.toThrow(RangeError);
    expect(await store.count()).toBe(0);
  });
});
