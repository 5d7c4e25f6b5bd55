import { Readable } from 'node:stream';
import koa3 from 'koa';
import compress from 'koa-compress';
import otherSession from 'koa-session';
import koa2 from 'koa2';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { createTestSession } from '../index.ts';
import { getSession, type KoaSessionOptions, sessionMiddleware } from '../koa.ts';

type Koa = koa3;
const text = 'a line of text that compresses well\n'.repeat(20_000);
const fail = () => Promise.reject(new Error('disk full'));
const failing = (status: number) => Object.assign(new Error('on purpose'), { status });

describe.each([
  ['3', koa3],
  ['2', koa2],
])('sessionMiddleware on Koa %s', (_, Koa) => {
  /** @param above Mounts the middleware above the session. */
  async function open(
    below: (app: Koa) => void,
    { above = () => {}, ...options }: KoaSessionOptions & { above?: (app: Koa) => void } = {},
  ) {
    const behind = createMemoryStore();
    const app = new Koa();
    const errors: Error[] = [];
    app.on('error', (error) => errors.push(error));
    above(app);
    app.use(sessionMiddleware({ store: behind.store, gcProbability: 0, ...options }));
    below(app);
    return { ...behind, errors, ...(await serve(app.callback())) };
  }

  it('gives the context a session, and the request after a redirect sees its changes', async () => {
    const { browser } = await open((app) => {
      app.use((ctx) => {
        expect(getSession(ctx)).toBe(ctx.session);
        expect(getSession(ctx.req)).toBe(ctx.session);
        expect(getSession(ctx.request)).toBe(ctx.session);
        if (ctx.path === '/sign-in') {
          ctx.session.setSubject('7');
          ctx.session.flash('notice', 'Welcome');
          ctx.redirect('/');
          return;
        }
        ctx.body = [ctx.session.subject, ctx.session.getFlash('notice') ?? null];
      });
    });
    const { visit } = browser();
    const redirect = await visit('/sign-in');
    expect([redirect.status, redirect.headers.location, redirect.setCookies.length]).toEqual([302, '/', 1]);
    expect([(await visit('/')).body, (await visit('/')).body]).toEqual(['["7","Welcome"]', '["7",null]']);
  });

  it('writes nothing for an error, whatever status the middleware above gives it', async () => {
    const { records, send } = await open(
      (app) => {
        app.use((ctx) => {
          ctx.session.setSubject('ada');
          ctx.throw(422, 'not like this');
        });
      },
      {
        above(app) {
          app.use(async (ctx, next) => {
            try {
              await next();
            } catch (error) {
              if (ctx.path === '/default') throw error;
              ctx.status = 409;
              ctx.body = 'refused';
            }
          });
        },
      },
    );
    for (const [path, status] of [
      ['/default', 422],
      ['/handled', 409],
    ] as const) {
      const answer = await send(path);
      expect([answer.status, answer.setCookies]).toEqual([status, []]);
    }
    expect(records.size).toBe(0);
  });

  it('writes what the error handler above changes, unless it responds with a 5xx', async () => {
    const { store, send } = await open(
      (app) => {
        app.use((ctx) => {
          ctx.session.setSubject('ada');
          throw failing(Number(ctx.path.slice(1)));
        });
      },
      {
        above(app) {
          app.use(async (ctx, next) => {
            try {
              await next();
            } catch (error) {
              ctx.session.flash('notice', 'Not allowed');
              const { status } = error as { status: number };
              if (status < 500) ctx.redirect('/form');
              else ctx.status = status;
            }
          });
        },
      },
    );
    expect((await send('/500')).setCookies).toEqual([]);
    expect(await store.count()).toBe(0);
    const answer = await send('/422');
    expect([answer.status, answer.setCookies.length]).toEqual([302, 1]);
    expect([await store.count(), await store.list('ada')]).toEqual([1, []]);
  });

  it('ends an invalidated session, even when the request fails', async () => {
    const { store, records, send } = await open((app) => {
      app.use((ctx) => {
        ctx.session.invalidate();
        throw failing(403);
      });
    });
    const cookie = await createTestSession(store, { n: 1 });
    expect((await send('/', { headers: { cookie } })).status).toBe(403);
    expect(records.size).toBe(0);
  });

  it('throws the error from an unreadable store to the middleware above, or lets Koa respond with 503', async () => {
    const { store, storage, send, errors } = await open((app) => {
      app.use((ctx) => {
        ctx.body = 'ok';
      });
    });
    const cookie = await createTestSession(store, { n: 1 });
    storage.read = fail;
    const answer = await send('/', { headers: { cookie } });
    expect([answer.status, answer.body]).toEqual([503, 'Service Unavailable']);
    expect(errors).toMatchObject([{ code: 'UNAVAILABLE', status: 503 }]);
  });

  const sources: Readable[] = [];
  it.each<[string, (ctx: koa3.Context) => void]>([
    ['a page', (ctx) => (ctx.body = { page: text })],
    ['a redirect', (ctx) => ctx.redirect('/elsewhere')],
    ['a stream', (ctx) => (ctx.body = sources[sources.push(Readable.from([text])) - 1])],
    ['a web stream', (ctx) => (ctx.body = new Blob([text]).stream())],
    ['a Response', (ctx) => (ctx.body = new Response(text, { headers: { Expires: '0' } }))],
    ['a 204', (ctx) => (ctx.status = 204)],
  ])('throws to the middleware above when a session cannot be written with %s', async (_, respond) => {
    const { storage, send } = await open(
      (app) => {
        app.use(compress());
        app.use((ctx) => {
          ctx.session.set('n', 1);
          ctx.set('ETag', '"1"');
          respond(ctx as koa3.Context);
        });
      },
      {
        above(app) {
          app.use(async (ctx, next) => {
            ctx.set('X-Frame-Options', 'DENY');
            try {
              await next();
            } catch (error) {
              const { status, code } = error as { status: number; code: string };
              ctx.status = status;
              if (ctx.path === '/body') ctx.body = { code };
            }
          });
        },
      },
    );
    storage.insert = fail;
    for (const [path, body] of [
      ['/body', '{"code":"UNAVAILABLE"}'],
      ['/', 'Service Unavailable'],
    ] as const) {
      const answer = await send(path);
      expect([answer.status, answer.body, answer.setCookies]).toEqual([503, body, []]);
      expect(answer.headers['x-frame-options']).toBe('DENY');
      expect(answer.headers).not.toHaveProperty('etag');
      expect(answer.headers).not.toHaveProperty('location');
    }
    for (const source of sources) expect(source.destroyed).toBe(true);
  });

  it('writes the session when the application sends the response itself, and sends Koa’s error if that fails', async () => {
    const { storage, records, send, errors } = await open((app) => {
      app.use((ctx) => {
        ctx.session.set('n', 1);
        ctx.respond = false;
        ctx.res.statusCode = 200;
        setImmediate(() => ctx.res.end('by hand'));
      });
    });
    const answer = await send('/');
    expect([answer.status, answer.body, answer.setCookies.length, records.size]).toEqual([
      200,
      'by hand',
      1,
      1,
    ]);
    storage.insert = fail;
    const failed = await send('/');
    expect([failed.status, failed.body, failed.setCookies]).toEqual([503, 'Service Unavailable', []]);
    expect(errors).toMatchObject([{ code: 'UNAVAILABLE' }]);
  });

  it('saves late changes by middleware above in a stored session', async () => {
    const { store, browser } = await open(
      (app) => {
        app.use((ctx) => {
          ctx.session.set('n', 1);
          ctx.body = 'ok';
        });
      },
      {
        above(app) {
          app.use(async (ctx, next) => {
            await next();
            ctx.session.set('late', true);
          });
        },
      },
    );
    const { visit, cookies } = browser();
    await visit('/');
    const [id = ''] = cookies.values();
    expect((await store.load(id)).data).toEqual({ n: 1, late: true });
  });

  it('with lazy, calls the store only when the session is requested', async () => {
    const { send, calls, errors } = await open(
      (app) => {
        app.use(async (ctx) => {
          if (ctx.path === '/early') ctx.session.get('n');
          if (ctx.path === '/page') await getSession(ctx);
          ctx.body = ctx.path === '/page' ? String(ctx.session.isNew) : 'file';
        });
      },
      { lazy: true },
    );
    const headers = { cookie: `session=${'a'.repeat(43)}` };
    await send('/static', { headers });
    await send('/early', { headers });
    expect(calls).toEqual([]);
    expect(errors).toMatchObject([{ message: expect.stringContaining('await getSession') }]);
    expect((await send('/page', { headers })).body).toBe('true');
    expect(calls).toEqual(['read']);
  });

  it('throws when another library has already set ctx.session', async () => {
    const { send, errors } = await open(() => {}, {
      above(app) {
        app.keys = ['a key'];
        app.use(otherSession({}, app));
      },
    });
    expect((await send('/')).status).toBe(500);
    expect(errors).toMatchObject([{ code: 'UNSUPPORTED', message: expect.stringContaining('koa-session') }]);
  });

  it('takes effect only once when mounted twice', async () => {
    const { store } = createMemoryStore();
    const twice = sessionMiddleware({ store });
    const { send } = await open(
      (app) => {
        app.use(twice);
        app.use((ctx) => {
          ctx.session.set('n', 1);
          ctx.body = 'ok';
        });
      },
      { above: (app) => void app.use(twice), cookie: { name: '__Host-other' } },
    );
    expect((await send('/')).setCookies.map((line) => line.split('=')[0])).toEqual(['session']);
  });
});
