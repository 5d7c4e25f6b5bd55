import { fastify } from 'fastify';
import { Hono } from 'hono';
import koa from 'koa';
import { describe, expect, it } from 'vitest';
import { serveExpress } from '../../test/express-app.ts';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { sessionPlugin } from '../fastify.ts';
import * as hono from '../hono.ts';
import { createTestSession, getSession, openSession, withSession } from '../index.ts';
import * as koaDoor from '../koa.ts';

/** Whether each of these leads to the request's session. */
const allGive = (session: unknown, ...requests: object[]) =>
  requests.map((request) => getSession(request) === session);

describe('getSession accepts anything that holds the request', () => {
  const { store } = createMemoryStore();

  it('in Express: the request, and the response', async () => {
    const { send } = await serveExpress({ store }, (app) => {
      app.get('/', (request, response) => {
        const session = getSession(request);
        response.json(allGive(session, request, response));
      });
    });
    expect((await send('/')).body).toBe('[true,true]');
  });

  it('in Fastify: its request, the raw one, and the reply', async () => {
    const app = fastify();
    app.register(sessionPlugin, { store });
    app.get('/', async (request, reply) => allGive(request.session, request, request.raw, reply));
    expect((await app.inject('/')).json()).toEqual([true, true, true]);
  });

  it('in Hono: the context, its request, and the runtime’s', async () => {
    const app = new Hono<{ Variables: hono.SessionVariables }>();
    app.use(hono.sessionMiddleware({ store }));
    app.get('/', (c) => c.json(allGive(c.get('session'), c, c.req, c.req.raw)));
    expect(await (await app.request('https://shop.example/')).json()).toEqual([true, true, true]);
  });

  it('in Koa: the context, its request and response, and Node’s', async () => {
    const app = new koa();
    app.use(koaDoor.sessionMiddleware({ store }));
    app.use((ctx) => {
      ctx.body = allGive(ctx.session, ctx, ctx.request, ctx.response, ctx.req, ctx.res);
    });
    expect((await (await serve(app.callback())).send('/')).body).toBe('[true,true,true,true,true]');
  });

  it('in SvelteKit, React Router, Astro and others: the event or context with the request', async () => {
    const event = { request: new Request('https://shop.example/') };
    const response = await withSession(event.request, { store }, (session) =>
      Response.json(allGive(session, event, event.request)),
    );
    expect(await response.json()).toEqual([true, true]);
  });

  it('and otherwise says what to pass', () => {
    for (const nothing of [undefined, null, 7, 'text'])
      expect(() => getSession(nothing as never)).toThrow('getSession takes a request');
    const endless: { request?: object } = {};
    endless.request = endless;
    for (const stranger of [{}, endless, new Request('https://shop.example/')])
      expect(() => getSession(stranger)).toThrow('This request has no session. Mount the session middleware');
  });
});

describe('openSession', () => {
  it('opens the session of anything that holds a request, and otherwise says what to pass', async () => {
    const { store } = createMemoryStore();
    const options = { store, cookie: { name: '__Host-session' } };
    const cookie = await createTestSession(store, { n: 1 }, { cookie: options.cookie });
    const request = new Request('https://shop.example/', { headers: { cookie } });
    const app = new Hono();
    app.get('/', async (c) => c.json((await openSession(c as never, options)).session.get('n') ?? null));
    expect(await (await app.request(request)).json()).toBe(1);
    const { session } = await openSession({ request } as never, options);
    expect(session.get('n')).toBe(1);
    for (const stranger of [{}, { headers: undefined }, new Map(), new URLSearchParams(), null, undefined, 7])
      await expect(openSession(stranger as never, options)).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('Pass a Request'),
      });
  });
});
