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
])('an error in Express %s', (_, express) => {
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

  it('drops the changes of the failed handler, however it is handled', async () => {
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

  it('lets an error handler that redirects write its own changes', async () => {
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

  it('lets the error handler write its own changes with a 4xx, and nothing with a 5xx', async () => {
    const site = await open((app) => {
      app.get('/:status', (request) => {
        getSession(request).setSubject('ada');
        throw failing(Number(request.params.status));
      });
      const respond: ErrorRequestHandler = (error, request, response, _next) => {
        getSession(request).flash('notice', 'Not allowed');
        response.status(error.status).send('no');
      };
      app.use(respond);
    });
    expect((await site.send('/500')).setCookies).toEqual([]);
    expect(await site.store.count()).toBe(0);
    expect((await site.send('/422')).setCookies).toHaveLength(1);
    expect([await site.store.count(), await site.store.list('ada')]).toEqual([1, []]);
  });

  it('does not keep an invalidated session alive, however it is handled', async () => {
    const site = await open((app) => {
      app.get('/begin', (request, response) => {
        getSession(request).setSubject('ada');
        response.send('ok');
      });
      app.get('/end/:status', (request) => {
        getSession(request).invalidate();
        throw failing(Number(request.params.status));
      });
    });
    for (const status of [403, 500]) {
      const { visit } = site.browser();
      await visit('/begin');
      expect([(await visit(`/end/${status}`)).status, await site.store.list('ada')]).toEqual([status, []]);
    }
  });

  it('drops the changes of an error handler that fails too, but keeps those of one that passes the error on', async () => {
    const site = await open((app) => {
      app.get('/:how', () => {
        throw failing(403);
      });
      const first: ErrorRequestHandler = (error, request, _response, next) => {
        getSession(request).flash('notice', 'Not allowed');
        next(request.url === '/again' ? failing(409) : error);
      };
      const last: ErrorRequestHandler = (error, _request, response, _next) => {
        response.status(error.status).send('no');
      };
      app.use(first, last);
    });
    const passedOn = await site.send('/on');
    expect([passedOn.status, passedOn.setCookies.length]).toEqual([403, 1]);
    const failed = await site.send('/again');
    expect([failed.status, failed.setCookies]).toEqual([409, []]);
  });

  it('is not assumed when a route sends a 4xx', async () => {
    const site = await open((app) => {
      app.get('/', (request, response) => {
        getSession(request).setSubject('ada');
        response.status(422).send('no');
      });
    });
    const answer = await site.send('/');
    expect([answer.status, answer.setCookies.length]).toEqual([422, 1]);
  });

  it('is not seen in next("route"), next("router") or a 404 for a missing route', async () => {
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
