import express from 'express';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { getSession, sessionMiddleware, withSession } from '../express.ts';
import { sessionHandler } from '../fetch.ts';
import { sessionMiddleware as honoMiddleware, type SessionVariables } from '../hono.ts';
import { sessionHandler as nodeHandler, sessionMiddleware as nodeMiddleware } from '../node.ts';

type Shop = { cart: string };
type Flow = { state: string };

function openStores(isRemote = false) {
  const [shop, flow] = [createMemoryStore({}, isRemote), createMemoryStore({}, isRemote)];
  return {
    shop,
    flow,
    main: { store: shop.store, gcProbability: 0 },
    oauth: { store: flow.store, gcProbability: 0, cookie: { name: '__Host-oauth' } },
  };
}

/** Cookie names without their prefix, which a cookie on loopback does not have. */
const names = (lines: readonly string[]) => lines.map((line) => line.split('=')[0]?.replace('__Host-', ''));
const header = (lines: readonly string[]) => lines.map((line) => line.split(';')[0]).join('; ');

describe('two session middlewares with different cookie names', () => {
  it.each([false, true])('serve one Express request side by side, remote store: %s', async (isRemote) => {
    const { main, oauth, shop, flow } = openStores(isRemote);
    const app = express();
    app.use(sessionMiddleware(main), sessionMiddleware(oauth));
    app.get('/begin', (request, response) => {
      getSession<Shop>(request).set('cart', 'tea');
      getSession<Flow>(request, 'oauth').set('state', 'x');
      response.send('begun');
    });
    app.get(
      '/end',
      withSession<Shop>((request, response) => {
        expect(request.session).toBe(getSession(request));
        expect(getSession(request, 'session')).toBe(getSession(request));
        expect(getSession(request, '__Host-oauth')).toBe(getSession(request, 'oauth'));
        const oauthSession = getSession<Flow>(request, 'oauth');
        response.json([request.session.get('cart'), oauthSession.get('state')]);
        oauthSession.invalidate();
      }),
    );
    const { send } = await serve(app);
    const begun = await send('/begin');
    expect(names(begun.setCookies)).toEqual(['session', 'oauth']);
    expect([begun.headers.vary, begun.headers['cache-control']]).toEqual(['Cookie', 'private, no-store']);
    expect([await shop.store.count(), await flow.store.count()]).toEqual([1, 1]);
    const ended = await send('/end', { headers: { cookie: header(begun.setCookies) } });
    expect(ended.body).toBe('["tea","x"]');
  });

  it('report which name is missing when an unknown one is requested', async () => {
    const { main, oauth } = openStores();
    const app = express();
    app.use(sessionMiddleware(main));
    app.get('/', (request, response) => {
      expect(() => getSession(request, 'oauth')).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining('named oauth') }),
      );
      sessionMiddleware(oauth)(request, response, () => {
        getSession(request, 'oauth').set('state', 'x');
        response.send('ok');
      });
    });
    const { send } = await serve(app);
    expect(names((await send('/')).setCookies)).toEqual(['oauth']);
  });

  it('both drop what a failed handler changed, and the response fails if either cannot be written', async () => {
    const { main, oauth, shop, flow } = openStores();
    const app = express();
    app.set('env', 'test');
    app.use(sessionMiddleware(main), sessionMiddleware(oauth));
    app.use((request, _response, next) => {
      getSession(request).set('cart', 'tea');
      getSession(request, 'oauth').set('state', 'x');
      next();
    });
    app.get('/denied', () => {
      throw Object.assign(new Error('on purpose'), { status: 403 });
    });
    app.get('/', (_request, response) => void response.send('ok'));
    const { send } = await serve(app);
    const denied = await send('/denied');
    expect([denied.status, denied.setCookies]).toEqual([403, []]);
    expect([await shop.store.count(), await flow.store.count()]).toEqual([0, 0]);
    await flow.store.close();
    const failed = await send('/');
    expect([failed.status, failed.setCookies]).toEqual([503, []]);
  });

  it('end an invalidated session even when the other one cannot be written', async () => {
    const { main, oauth, flow } = openStores();
    const app = express();
    app.set('env', 'test');
    app.use(sessionMiddleware(main), sessionMiddleware(oauth));
    app.get('/begin', (request, response) => {
      getSession(request, 'oauth').set('state', 'x');
      response.send('ok');
    });
    app.get('/end', async (request, response) => {
      getSession(request).set('cart', 'tea');
      getSession(request, 'oauth').invalidate();
      await main.store.close();
      response.send('ok');
    });
    const { send } = await serve(app);
    const cookie = header((await send('/begin')).setCookies);
    expect((await send('/end', { headers: { cookie } })).status).toBe(503);
    expect(await flow.store.count()).toBe(0);
  });

  it('serve one request side by side under fetch, node:http and Hono', async () => {
    const { main, oauth } = openStores();
    const both = (request: object) => {
      getSession<Shop>(request, 'session').set('cart', 'tea');
      getSession<Flow>(request, 'oauth').set('state', 'x');
    };
    const inner = sessionHandler((request) => {
      both(request);
      return new Response('ok');
    }, oauth);
    const response = await sessionHandler(
      (request) => inner(request),
      main,
    )(new Request('https://a.example'));
    expect(names(response.headers.getSetCookie())).toEqual(['oauth', 'session']);
    expect(response.headers.get('Cache-Control')).toBe('private, no-store');

    const app = new Hono();
    app.use(honoMiddleware(main), honoMiddleware(oauth));
    app.get('/', (c) => {
      both(c);
      return c.text('ok');
    });
    const answer = await app.request('https://a.example/');
    expect(names(answer.headers.getSetCookie())).toEqual(['oauth', 'session']);

    const listener = nodeHandler((request, response) => {
      both(request);
      response.end();
    }, oauth);
    const { send } = await serve(nodeHandler((request, response) => listener(request, response), main));
    expect(names((await send('/')).setCookies).toSorted()).toEqual(['oauth', 'session']);
  });

  it('both drop what a failed handler changed under Hono, and serve the same Request again', async () => {
    const { main, oauth, shop, flow } = openStores();
    const app = new Hono();
    app.use(honoMiddleware(main), honoMiddleware(oauth));
    let isFailing = true;
    app.get('/', (c) => {
      getSession(c).set('cart', 'tea');
      getSession(c, 'oauth').set('state', 'x');
      if (isFailing) throw new Error('on purpose');
      return c.text('ok');
    });
    app.onError((_error, c) => c.text('denied', 403));
    const request = new Request('https://a.example/');
    const denied = await app.request(request);
    expect([denied.status, denied.headers.getSetCookie()]).toEqual([403, []]);
    expect([await shop.store.count(), await flow.store.count()]).toEqual([0, 0]);
    isFailing = false;
    expect((await app.request(request)).headers.getSetCookie()).toHaveLength(2);
  });

  it("give the framework's property the first session that its middleware opened", async () => {
    const { main, oauth } = openStores();
    const app = new Hono<{ Variables: SessionVariables<Flow> }>();
    app.use(honoMiddleware<Flow>(oauth as object));
    app.get('/', (c) => c.json(c.get('session') === (getSession(c, 'oauth') as unknown)));
    const outer = sessionHandler((request) => app.fetch(request), main);
    expect(await (await outer(new Request('https://a.example/'))).json()).toBe(true);

    const site = express();
    site.use(nodeMiddleware(main), sessionMiddleware(oauth));
    site.get(
      '/',
      withSession((request, response) => {
        response.json(request.session === getSession(request, 'oauth'));
      }),
    );
    const { send } = await serve(site);
    expect((await send('/')).body).toBe('true');
  });

  it('make a page no-store when a user is signed in to either', async () => {
    const { main, oauth } = openStores();
    const app = new Hono();
    app.use(honoMiddleware(main), honoMiddleware(oauth));
    app.get('/begin', (c) => {
      getSession(c).setSubject('ada');
      getSession(c, 'oauth').set('state', 'x');
      return c.text('ok');
    });
    app.get('/', (c) => c.text([getSession(c).subject, getSession(c, 'oauth').get('state')].join()));
    const begun = await app.request('https://a.example/begin');
    const cookie = header(begun.headers.getSetCookie());
    const page = await app.request('https://a.example/', { headers: { cookie } });
    expect([await page.text(), page.headers.get('Cache-Control')]).toEqual(['ada,x', 'private, no-store']);
  });
});
