import { Readable } from 'node:stream';
import { sessionMiddleware } from '@store/session/koa';
import koa3, { type Context, type Middleware } from 'koa';
import koa2 from 'koa2';
import { page } from '../acts.ts';
import type { Framework, Visitor } from '../framework.ts';
import { askWithSupertest, listen } from '../listen.ts';

type Route = (ctx: Context, session: Visitor, parameter: string) => unknown;

const of = (ctx: object) => (ctx as { session?: Visitor }).session;

function framework(name: string, Koa: typeof koa3, asBare: Framework['asBare'] = {}): Framework {
  return {
    name,
    asBare,
    without: {
      'error handlers of raw responses':
        'with `ctx.respond = false`, nothing above waits for the response, and Koa’s default handler sends the 503',
    },
    async start(options, acts, { mounts, handlesErrors, isBare }) {
      const app = new Koa();
      app.silent = true;
      const handleErrors: Middleware = async (ctx, next) => {
        try {
          await next();
        } catch (error) {
          const { status, text, location } = acts.recover(error, () => of(ctx));
          if (location) ctx.redirect(location);
          ctx.status = location ? 303 : status;
          ctx.body = text;
        }
      };
      if (handlesErrors) app.use(handleErrors);
      const sessions = sessionMiddleware(options as object);
      if (!isBare) for (let n = 0; n < mounts; n++) app.use(sessions);

      const redirect = (ctx: Context) => {
        ctx.redirect('/me');
        ctx.status = 303;
      };
      const text = (key: string, status: number): Route => {
        return (ctx, session) => {
          acts.set(session, key);
          ctx.status = status;
          ctx.body = key;
        };
      };
      const setKey: Route = (ctx, session, key) => {
        acts.set(session, key);
        ctx.body = key;
      };
      const sendPage = (ctx: Context) => {
        ctx.cookies.set(page.cookie.name, page.cookie.value);
        ctx.status = page.status;
        ctx.set(page.headers);
        ctx.body = page.text;
      };
      const routes: { [route: string]: Route } = {
        'POST /sign-in': (ctx, session, user) => {
          acts.signIn(session, user);
          redirect(ctx);
        },
        'POST /remember': (ctx, session, user) => {
          acts.remember(session, user);
          redirect(ctx);
        },
        'POST /sign-out': (ctx, session) => {
          acts.signOut(session);
          redirect(ctx);
        },
        'POST /end-all': async (ctx, session) => {
          await acts.endAll(session);
          ctx.body = 'ended';
        },
        '/me': (ctx, session) => {
          ctx.body = acts.describe(session);
        },
        '/untouched': (ctx) => {
          ctx.body = 'untouched';
        },
        '/keys': setKey,
        '/slow': async (ctx, session, key) => {
          await acts.slow(session, key);
          ctx.body = key;
        },
        '/stream': (ctx, session) => {
          ctx.body = Readable.from(acts.chunks(session));
        },
        '/broken': (ctx, session) => {
          ctx.body = Readable.from(acts.broken(session));
        },
        '/throw': (_ctx, session) => acts.throwError(session),
        '/throw-async': (_ctx, session) => acts.reject(session),
        '/refuse': (ctx, session) => {
          acts.set(session, 'refused');
          ctx.throw(422);
        },
        '/conflict': (_ctx, session) => acts.conflict(session),
        '/try-again': (_ctx, session) => acts.tryAgain(session),
        '/leave': (ctx, session) => {
          acts.signOut(session);
          ctx.throw(403);
        },
        '/invalid': text('invalid', 400),
        '/fail': text('fail', 500),
        '/not-modified': (ctx, session) => {
          acts.set(session, 'not-modified');
          ctx.set('ETag', '"same"');
          ctx.status = 304;
        },
        '/empty': (ctx, session) => {
          acts.set(session, 'empty');
          ctx.status = 204;
        },
        '/cookie': (ctx, session) => {
          acts.set(session, 'cookie');
          ctx.cookies.set('theme', 'dark');
          ctx.cookies.set('lang', 'en');
          redirect(ctx);
        },
        '/raw': (ctx, session) => {
          acts.set(session, 'raw');
          ctx.respond = false;
          ctx.res.writeHead(303, { Location: '/me' });
          ctx.res.end();
        },
        '/page': (ctx, session) => {
          acts.set(session, 'page');
          sendPage(ctx);
        },
        '/big': (ctx, session) => {
          acts.big(session);
          sendPage(ctx);
        },
      };
      // Koa has no router or other nesting: an application is one list of middleware.
      const nested: Middleware = async (ctx, next) => {
        const [, key] = /^\/sub\/keys\/(.+)$/.exec(ctx.path) ?? [];
        if (key === undefined) return next();
        await setKey(ctx as Context, of(ctx), key);
      };
      app.use(nested);
      app.use(async (ctx, next) => {
        const [, path = '', parameter = ''] = /^(\/[\w-]+)(?:\/(.+))?$/.exec(ctx.path) ?? [];
        const method = ctx.method === 'POST' ? 'POST ' : '';
        const route = routes[`${method}${path}`];
        if (!route) return next();
        await route(ctx as Context, of(ctx), parameter);
      });
      app.use((ctx) => {
        acts.set(of(ctx), 'missing');
        if (ctx.path === '/last') ctx.throw(422);
        ctx.status = 404;
        ctx.body = 'missing';
      });

      return {
        ...(await listen(app.callback())),
        inject: (path, headers) => askWithSupertest(app.callback(), path, headers),
      };
    },
  };
}

export const koaThree = framework('Koa 3', koa3);
export const koaTwo = framework('Koa 2', koa2, {
  'a stream that fails is cut off, and the server continues':
    'a stream that fails leaves the connection open, even without this middleware',
});
