import type { SessionStore } from '@store/core';
import { describe, expect, it } from 'vitest';
import { createCookieJar } from '../../test/browser.ts';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore, createPlainCookieStore } from '../../test/memory-store.ts';
import { type Session, sessionHandler } from '../fetch.ts';
import type { SessionEvent, SessionOptions } from '../index.ts';
import { sessionHandler as nodeHandler } from '../node.ts';

type Act = (session: Session) => void;

/** A page that calls its own API while it renders, as with SvelteKit's `event.fetch` and Hono's `app.request`. */
function openPage(
  store: SessionStore,
  cookie: SessionOptions['cookie'] = {},
  alsoSet: readonly string[] = [],
) {
  const events: SessionEvent[] = [];
  const acts: { page: Act; api: Act } = { page: () => {}, api: () => {} };
  const options = { store, cookie, gcProbability: 0, onEvent: (event: SessionEvent) => events.push(event) };
  const api = sessionHandler((_request, session) => {
    acts.api(session);
    return Response.json(session.all());
  }, options);
  const page = sessionHandler(async (request, session) => {
    acts.page(session);
    const sent = request.headers.get('cookie');
    const inner = await api(
      new Request(new URL('/api', request.url), sent ? { headers: { cookie: sent } } : {}),
    );
    const response = new Response('page', { headers: { 'Set-Cookie': 'theme=dark' } });
    for (const line of [...inner.headers.getSetCookie(), ...alsoSet])
      response.headers.append('set-cookie', line);
    return response;
  }, options);
  const jar = createCookieJar();
  const ask = async (handler: typeof page) => {
    const response = await handler(
      new Request('https://shop.example/', { headers: { cookie: jar.header() } }),
    );
    const setCookies = response.headers.getSetCookie();
    jar.keep(setCookies);
    return { setCookies, text: await response.text(), status: response.status };
  };
  return {
    events,
    cookies: jar.cookies,
    visit(next: Partial<typeof acts>) {
      Object.assign(acts, { page: () => {}, api: () => {} }, next);
      return ask(page);
    },
    async stored() {
      Object.assign(acts, { page: () => {}, api: () => {} });
      return JSON.parse((await ask(api)).text);
    },
  };
}

const sessionCookies = (lines: string[]) => lines.filter((line) => line.startsWith('__Host-session'));
const add: Act = (session) => session.update('added', (added = 0) => Number(added) + 1);

describe.each<[string, () => SessionStore]>([
  ['on the server', () => createMemoryStore().store],
  ['on a remote server', () => createMemoryStore({}, true).store],
  ['in the cookie', () => createPlainCookieStore().store],
])('a session %s that an inner request starts', (_, openStore) => {
  it('is continued by the page, with one cookie and the changes of both', async () => {
    const site = openPage(openStore());
    const { setCookies } = await site.visit({ page: (session) => session.set('page', 'seen'), api: add });
    expect(sessionCookies(setCookies)).toHaveLength(1);
    expect(setCookies).toContain('theme=dark');
    expect(await site.stored()).toEqual({ page: 'seen', added: 1 });
    await site.visit({ page: (session) => session.set('page', 'again'), api: add });
    expect(await site.stored()).toEqual({ page: 'again', added: 2 });
  });

  it('is continued by a login of the page, under a new id', async () => {
    const site = openPage(openStore());
    await site.visit({ page: (session) => session.setSubject('ada'), api: add });
    await site.visit({ page: (session) => expect(session.subject).toBe('ada') });
    expect(await site.stored()).toEqual({ added: 1 });
  });

  it('is continued under the id that the page has seen', async () => {
    const site = openPage(openStore());
    let id = '';
    await site.visit({
      page(session) {
        session.set('page', 'seen');
        id = session.id;
      },
      api: add,
    });
    await site.visit({ page: (session) => expect(session.id).toBe(id) });
    expect(await site.stored()).toEqual({ page: 'seen', added: 1 });
  });

  it('stays signed in when only the page changes values', async () => {
    const site = openPage(openStore());
    await site.visit({ page: (session) => session.set('n', 1), api: (session) => session.setSubject('ada') });
    await site.visit({ page: (session) => expect([session.subject, session.get('n')]).toEqual(['ada', 1]) });
  });

  it("gives none of its user's data to another user who signs in on the page", async () => {
    const site = openPage(openStore());
    await site.visit({
      page: (session) => session.setSubject('eve'),
      api(session) {
        session.setSubject('ada');
        session.set('secret', 'of ada');
      },
    });
    await site.visit({ page: (session) => expect([session.subject, session.all()]).toEqual(['eve', {}]) });
  });

  it('is left alone by a page that changes nothing, and ended by one that invalidates it', async () => {
    const site = openPage(openStore());
    const read = await site.visit({ page: (session) => session.get('n'), api: add });
    expect(sessionCookies(read.setCookies)).toHaveLength(1);
    expect(await site.stored()).toEqual({ added: 1 });
    await site.visit({ page: (session) => session.invalidate(), api: add });
    expect(await site.stored()).toEqual({});
  });

  it('keeps nothing from a user whom the inner request signs out', async () => {
    const site = openPage(openStore());
    await site.visit({ page: (session) => session.setSubject('ada') });
    await site.visit({
      page: (session) => session.set('lastInvoice', 'of ada'),
      api(session) {
        session.invalidate();
        session.flash('notice', 'Goodbye');
      },
    });
    await site.visit({
      page: (session) => expect([session.subject, session.all()]).toEqual([undefined, {}]),
    });
  });

  it('ends when the inner request ends it, whatever the page changes', async () => {
    const site = openPage(openStore());
    await site.visit({ api: add });
    await site.visit({ page: (session) => session.set('n', 1), api: (session) => session.invalidate() });
    expect(await site.stored()).toEqual({});
  });
});

describe('a session from an inner request', () => {
  it('is joined if its cookie is split, and the pieces are replaced', async () => {
    const site = openPage(createPlainCookieStore().store, { chunks: 3 });
    const { setCookies } = await site.visit({
      page: (session) => session.set('n', 1),
      api: (session) => session.set('large', 'x'.repeat(5000)),
    });
    expect(sessionCookies(setCookies).length).toBeGreaterThan(1);
    expect(new Set(sessionCookies(setCookies).map((line) => line.split('=')[0])).size).toBe(
      sessionCookies(setCookies).length,
    );
    expect(await site.stored()).toEqual({ n: 1, large: 'x'.repeat(5000) });
  });

  it("in one cookie is replaced by the page's pieces", async () => {
    const site = openPage(createPlainCookieStore().store, { chunks: 3 });
    await site.visit({ page: (session) => session.set('large', 'x'.repeat(5000)), api: add });
    expect([...site.cookies.keys()].filter((each) => each === '__Host-session')).toEqual([]);
    expect(await site.stored()).toEqual({ large: 'x'.repeat(5000), added: 1 });
  });

  it('is found even if the inner request also clears a cookie of another domain', async () => {
    const { store } = createMemoryStore();
    const site = openPage(store, {}, ['__Host-session=; Max-Age=0; Path=/; Domain=old.example']);
    const { setCookies } = await site.visit({ page: (session) => session.set('page', 'seen'), api: add });
    const [id = ''] = sessionCookies(setCookies).map(
      (line) => line.slice('__Host-session='.length).split(';')[0],
    );
    expect((await store.load(id)).data).toEqual({ page: 'seen', added: 1 });
  });

  it('leaves a cookie of the same name alone if it clears another domain or path', async () => {
    const { store } = createMemoryStore();
    const others = [
      'session=; Max-Age=0; Domain=old.example; Path=/',
      'session=; Max-Age=0; Path=/old',
      'session=foreign; Path=/; Secure; HttpOnly; Partitioned',
    ];
    const page = sessionHandler(
      (_request, session) => {
        session.set('n', 1);
        const response = new Response('page');
        for (const line of others) response.headers.append('Set-Cookie', line);
        return response;
      },
      { store, cookie: { name: 'session' } },
    );
    const setCookies = (await page(new Request('https://shop.example/'))).headers.getSetCookie();
    expect(setCookies).toHaveLength(4);
    expect(setCookies.slice(0, 3)).toEqual(others);
  });

  it('is continued over node:http, where a server forwards what it fetched from itself', async () => {
    const { store } = createMemoryStore();
    const options = { store, cookie: { name: 'session', secure: false }, gcProbability: 0 };
    const { port, send } = await serve(
      nodeHandler(async (request, response, session) => {
        if (request.url === '/api') {
          add(session as never);
        } else {
          session.set('page', 'seen');
          const inner = await fetch(`http://127.0.0.1:${port}/api`);
          response.setHeader('Set-Cookie', inner.headers.getSetCookie());
        }
        response.end(JSON.stringify(session.all()));
      }, options),
    );
    const { setCookies } = await send('/');
    expect(setCookies).toHaveLength(1);
    const cookie = setCookies[0]?.split(';')[0] ?? '';
    expect(JSON.parse((await send('/api', { headers: { cookie } })).body)).toEqual({
      page: 'seen',
      added: 2,
    });
  });

  it('that cannot be read fails the page, and nothing is written', async () => {
    const { store, storage, records } = createMemoryStore();
    const site = openPage(store);
    const { status } = await site.visit({
      page: (session) => session.set('page', 'seen'),
      api(session) {
        session.set('n', 1);
        storage.read = () => {
          throw new Error('down');
        };
      },
    });
    expect([status, records.size]).toEqual([503, 1]);
    expect(site.events.filter((event) => event.outcome === 'failed')).toHaveLength(1);
  });
});
