import express, { type ErrorRequestHandler } from 'express';
import expressSession from 'express-session';
import { describe, expect, it } from 'vitest';
import { createBrowser } from '../../test/browser.ts';
import { serveExpress } from '../../test/express-app.ts';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { getSession, sessionMiddleware } from '../express.ts';
import { sessionHandler } from '../fetch.ts';
import { sessionHandler as nodeHandler } from '../node.ts';

const another = () => expressSession({ secret: 'x', resave: false, saveUninitialized: true });

describe('a request that already has a session', () => {
  it('from express-session is left alone: one clear error, and the response is sent', async () => {
    const { store } = createMemoryStore();
    const app = express();
    app.use(another(), sessionMiddleware({ store }));
    const errors: Error[] = [];
    const onError: ErrorRequestHandler = (error, request, response, _next) => {
      errors.push(error);
      const { session } = request as unknown as { session: { touch?: unknown } };
      response.status(500).json(typeof session.touch);
    };
    app.use(onError);
    const { send } = await serve(app);
    const answer = await send('/');
    expect([answer.status, answer.body, answer.setCookies.length]).toEqual([500, '"function"', 1]);
    expect(errors).toMatchObject([
      {
        code: 'UNSUPPORTED',
        message: expect.stringContaining('Another middleware, such as express-session'),
      },
    ]);
  });

  it('of ours keeps it when express-session is mounted later', async () => {
    const { store } = createMemoryStore();
    const { send } = await serveExpress({ store }, (app) => {
      app.use(another());
      app.get('/', (request, response) => {
        getSession(request).set('n', 1);
        response.send('ok');
      });
    });
    const answer = await send('/');
    expect([answer.status, answer.setCookies.length]).toEqual([200, 1]);
  });

  it('of ours fails only on routes where another of our middlewares uses the same cookie name', async () => {
    const { store } = createMemoryStore();
    const { send } = await serveExpress({ store }, (app) => {
      app.use('/twice', sessionMiddleware({ store }));
      app.get('/', (_request, response) => void response.send('ok'));
    });
    expect((await send('/twice')).body).toBe('{"code":"UNSUPPORTED"}');
    expect((await send('/')).body).toBe('ok');
  });

  it('under fetch keeps it inside the same handler, cannot get another one, and can be served again', async () => {
    const { store, calls } = createMemoryStore();
    const options = { store, gcProbability: 0 };
    const request = new Request('https://shop.example');
    const handler = sessionHandler<{ n: number }>((_request, session) => {
      session.set('n', 1);
      return new Response('ok');
    }, options);
    for (const _time of [1, 2]) {
      const { headers } = await handler(request);
      expect([headers.getSetCookie().length, headers.get('Cache-Control')]).toEqual([1, 'private, no-store']);
    }
    calls.length = 0;
    const within: typeof handler = sessionHandler<{ n: number }>((inner, session) => {
      session.set('n', 1);
      if (inner.headers.has('again')) return new Response('ok');
      inner.headers.set('again', '1');
      return within(inner);
    }, options);
    expect((await within(request)).headers.getSetCookie()).toHaveLength(1);
    expect(calls).toEqual(['insert']);
    await expect(sessionHandler((inner) => handler(inner), options)(request)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  });

  it('that could not be loaded throws an error that says so when it is requested', async () => {
    const { store } = createMemoryStore();
    await store.close();
    const app = express();
    app.use(sessionMiddleware({ store }));
    const onError: ErrorRequestHandler = (_error, request, response, _next) => {
      try {
        getSession(request);
      } catch (error) {
        response.status(503).json((error as Error).message);
      }
    };
    app.use(onError);
    const { send } = await serve(app);
    const answer = await send('/', { headers: { cookie: `session=${'a'.repeat(43)}` } });
    expect([answer.status, answer.body]).toEqual([503, expect.stringContaining('could not be loaded')]);
  });
});

describe('lazy', () => {
  const cookie = `__Host-session=${'a'.repeat(43)}`;

  it('calls the store on Express only for routes that use the session, and then writes it', async () => {
    const { store, calls } = createMemoryStore();
    const { send, browser } = await serveExpress({ store, lazy: true, gcProbability: 0 }, (app) => {
      app.get('/static', (request, response) => {
        expect(() => (request as { session?: unknown }).session).toThrow(
          expect.objectContaining({
            code: 'UNSUPPORTED',
            message: expect.stringContaining('await getSession(request)'),
          }),
        );
        response.json({ ...request }.url);
      });
      app.get('/page', async (request, response) => {
        const session = await getSession<{ n: number }>(request);
        expect(getSession(request)).toBe(session);
        expect(request).toHaveProperty('session', session);
        session.update('n', (n = 0) => n + 1);
        response.json(session.get('n'));
      });
    });
    expect([(await send('/static', { headers: { cookie } })).body, calls]).toEqual(['"/static"', []]);
    const { visit } = browser();
    await visit('/page');
    expect((await visit('/page')).body).toBe('2');
  });

  it('calls the store under fetch and node:http only when the handler requests the session', async () => {
    const { store, calls } = createMemoryStore();
    const options = { store, lazy: true, gcProbability: 0 };
    const browser = createBrowser(
      sessionHandler<{ n: number }>(async (request, session) => {
        if (request.url.endsWith('/static')) {
          for (const use of [() => session.get('n'), () => session.set('n', 1), () => session.id])
            expect(use).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
          return new Response('static');
        }
        expect(await getSession(request)).toBe(session);
        session.set('n', 1);
        return new Response('ok');
      }, options),
    );
    expect(await (await browser.visit('/static', { headers: { cookie } })).text()).toBe('static');
    expect(calls).toEqual([]);
    await browser.visit('/page');
    expect(calls).toEqual(['insert']);
    const { send } = await serve(
      nodeHandler(async (request, response) => {
        if (request.url === '/page') (await getSession(request)).set('n', 1);
        response.end();
      }, options),
    );
    calls.length = 0;
    await send('/static', { headers: { cookie } });
    expect(calls).toEqual([]);
    expect((await send('/page')).setCookies).toHaveLength(1);
  });
});
