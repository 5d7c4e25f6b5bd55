import express5, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import express4 from 'express4';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { getSession, sessionMiddleware } from '../express.ts';

const failing = (status: number) => Object.assign(new Error('on purpose'), { status });

describe.each([
  ['4', express4],
  ['5', express5],
])('an error on its way through Express %s', (_, express) => {
  async function open(routes: (app: Express) => void) {
    const { store, records } = createMemoryStore();
    const app = express();
    app.set('env', 'test');
    app.use(sessionMiddleware({ store, gcProbability: 0 }));
    routes(app);
    return { store, records, ...(await serve(app)) };
  }
  const logIn: RequestHandler = (request) => {
    getSession(request).setSubject('ada');
    throw failing(403);
  };

  it('drops what was changed, whatever becomes of it', async () => {
    const site = await open((app) => {
      app.get('/thrown', logIn);
      app.get('/next', (request, _response, next) => {
        getSession(request).setSubject('ada');
        next(failing(422));
      });
      app.get('/first', (request, _response, next) => {
        getSession(request).setSubject('ada');
        next();
      });
      app.get('/first', () => {
        throw failing(400);
      });
      const nested = express.Router();
      nested.get('/', logIn);
      const respond: ErrorRequestHandler = (error, _request, response, _next) => {
        response.status(error.status).json({});
      };
      nested.use(respond);
      app.use('/nested', nested);
    });
    for (const [path, status] of [
      ['/thrown', 403],
      ['/next', 422],
      ['/first', 400],
      ['/nested', 403],
    ] as const) {
      const answer = await site.send(path);
      expect([path, answer.status, answer.setCookies]).toEqual([path, status, []]);
    }
    expect(await site.store.count()).toBe(0);
  });

  it('lets the error handler write what it changes itself, when it redirects', async () => {
    const site = await open((app) => {
      app.get('/', logIn);
      const goBack: ErrorRequestHandler = (_error, request, response, _next) => {
        getSession(request).flash('notice', 'Not allowed');
        response.redirect(303, '/form');
      };
      app.use(goBack);
    });
    const answer = await site.send('/');
    expect([answer.status, answer.setCookies.length]).toEqual([303, 1]);
    expect([await site.store.count(), await site.store.list('ada')]).toEqual([1, []]);
  });

  it('is not seen in next("route"), next("router") and a 404 for want of a route', async () => {
    const site = await open((app) => {
      app.get('/', (request, _response, next) => {
        getSession(request).set('n', 1);
        next('route');
      });
      const nested = express.Router();
      nested.use((_request, _response, next) => next('router'));
      app.use(nested);
    });
    const answer = await site.send('/');
    expect([answer.status, answer.setCookies.length]).toEqual([404, 1]);
  });
});
