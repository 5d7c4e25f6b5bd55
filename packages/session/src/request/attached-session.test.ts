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
  it('of express-session is left alone: one clear error, and the response goes out', async () => {
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

  it('of ours keeps it when express-session is mounted afterwards', async () => {
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

  it('of another of our middlewares says so, and the same one twice acts once', async () => {
    const { store } = createMemoryStore();
    const { send } = await serveExpress({ store }, (app) => {
      app.use('/twice', sessionMiddleware({ store }));
      app.get('/', (_request, response) => void response.send('ok'));
    });
    expect((await send('/twice')).body).toBe('{"code":"UNSUPPORTED"}');
    expect((await send('/')).body).toBe('ok');
  });
});

describe('lazy', () => {
  const cookie = `__Host-session=${'a'.repeat(43)}`;

  it('asks the store on Express only for routes that ask for the session, and then writes it', async () => {
    const { store, calls } = createMemoryStore();
    const { send, browser } = await serveExpress({ store, lazy: true, gcProbability: 0 }, (app) => {
      app.get('/static', (request, response) => {
        response.json('session' in request);
      });
      app.get('/page', async (request, response) => {
        const session = await getSession<{ n: number }>(request);
        expect(getSession(request)).toBe(session);
        session.update('n', (n = 0) => n + 1);
        response.json(session.get('n'));
      });
    });
    expect([(await send('/static', { headers: { cookie } })).body, calls]).toEqual(['false', []]);
    const { visit } = browser();
    await visit('/page');
    expect((await visit('/page')).body).toBe('2');
  });

  it('asks the store under fetch and node:http only when the handler does', async () => {
    const { store, calls } = createMemoryStore();
    const options = { store, lazy: true, gcProbability: 0 };
    const browser = createBrowser(
      sessionHandler<{ n: number }>(async (request, none) => {
        if (request.url.endsWith('/static')) return new Response(String(none));
        (await getSession<{ n: number }>(request)).set('n', 1);
        return new Response('ok');
      }, options),
    );
    expect(await (await browser.visit('/static', { headers: { cookie } })).text()).toBe('undefined');
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
