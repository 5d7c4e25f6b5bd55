import { type SessionVariables, sessionMiddleware } from '@store/session/hono';
import { type Context, Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { HTTPException } from 'hono/http-exception';
import { page } from '../acts.ts';
import type { Framework, Visitor } from '../framework.ts';
import { serveFetch, streamOf } from '../serve-fetch.ts';

type Env = { Variables: SessionVariables };

const of = (c: Context) => c.get('session') as Visitor;

export const hono: Framework = {
  name: 'Hono',
  without: {
    'delayed ends': 'the end of a body cannot be delayed, so changes are saved as they are made',
  },
  async start(options, acts, { mounts, handlesErrors, isBare }) {
    const app = new Hono<Env>();
    const sessions = sessionMiddleware(options);
    if (!isBare) for (let n = 0; n < mounts; n++) app.use(sessions);

    app.post('/sign-in/:user', (c) => {
      acts.signIn(of(c), c.req.param('user'));
      return c.redirect('/me', 303);
    });
    app.post('/remember/:user', (c) => {
      acts.remember(of(c), c.req.param('user'));
      return c.redirect('/me', 303);
    });
    app.post('/sign-out', (c) => {
      acts.signOut(of(c));
      return c.redirect('/me', 303);
    });
    app.post('/end-all', async (c) => {
      await acts.endAll(of(c));
      return c.text('ended');
    });
    app.get('/me', (c) => c.json(acts.describe(of(c))));
    app.get('/untouched', (c) => c.text('untouched'));
    const nested = new Hono<Env>();
    for (const router of [app, nested])
      router.get('/keys/:key', (c) => {
        acts.set(of(c), c.req.param('key'));
        return c.text(c.req.param('key'));
      });
    app.route('/sub', nested);
    app.get('/slow/:key', async (c) => {
      await acts.slow(of(c), c.req.param('key'));
      return c.text(c.req.param('key'));
    });
    app.get('/stream', (c) => c.body(streamOf(acts.chunks(of(c)))));
    app.get('/broken', (c) => c.body(streamOf(acts.broken(of(c)))));
    app.get('/throw', (c) => acts.throwError(of(c)));
    app.get('/throw-async', (c) => acts.reject(of(c)));
    app.get('/refuse', (c) => {
      acts.set(of(c), 'refused');
      throw new HTTPException(422);
    });
    app.get('/conflict', (c) => acts.conflict(of(c)));
    app.get('/try-again', (c) => acts.tryAgain(of(c)));
    app.get('/leave', (c) => {
      acts.signOut(of(c));
      throw new HTTPException(403);
    });
    for (const [key, status] of [
      ['invalid', 400],
      ['fail', 500],
    ] as const)
      app.get(`/${key}`, (c) => {
        acts.set(of(c), key);
        return c.text(key, status);
      });
    app.get('/not-modified', (c) => {
      acts.set(of(c), 'not-modified');
      return c.body(null, 304, { ETag: '"same"' });
    });
    app.get('/empty', (c) => {
      acts.set(of(c), 'empty');
      return c.body(null, 204);
    });
    app.get('/cookie', (c) => {
      acts.set(of(c), 'cookie');
      setCookie(c, 'theme', 'dark');
      setCookie(c, 'lang', 'en');
      return c.redirect('/me', 303);
    });
    app.get('/raw', (c) => {
      acts.set(of(c), 'raw');
      return Response.redirect(new URL('/me', c.req.url), 303);
    });
    const pageOf = (c: Context) => {
      setCookie(c, page.cookie.name, page.cookie.value);
      for (const [name, value] of Object.entries(page.headers)) c.header(name, value);
      return c.text(page.text, page.status);
    };
    app.get('/page', (c) => {
      acts.set(of(c), 'page');
      return pageOf(c);
    });
    app.get('/big', (c) => {
      acts.big(of(c));
      return pageOf(c);
    });
    app.notFound((c) => {
      acts.set(of(c), 'missing');
      if (c.req.path === '/last') throw new HTTPException(422);
      return c.text('missing', 404);
    });
    if (handlesErrors)
      app.onError((error, c) => {
        const { status, text, location } = acts.recover(error, () => of(c));
        return location ? c.redirect(location, 303) : c.text(text, status as 500);
      });

    return {
      ...(await serveFetch(app.fetch as (request: Request) => Response)),
      async inject(path, headers) {
        const answer = await app.request(`http://127.0.0.1${path}`, { headers });
        return {
          status: answer.status,
          setCookies: answer.headers.getSetCookie(),
          body: await answer.text(),
        };
      },
    };
  },
};
