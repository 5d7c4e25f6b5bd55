import { type Context, Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { describe, expect, it, vi } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import { getSession, type SessionVariables, sessionMiddleware } from '../hono.ts';
import { createTestSession } from '../index.ts';

type Data = { n: number };

function openApp(options: Parameters<typeof sessionMiddleware>[0] = {}) {
  const behind = createMemoryStore();
  const app = new Hono<{ Variables: SessionVariables<Data> }>();
  app.use(cors({ origin: 'https://a.example', credentials: true }));
  app.use(sessionMiddleware<Data>({ store: behind.store, gcProbability: 0, ...options } as never));
  const visit = (path: string, cookie?: string) =>
    app.request(`https://shop.example${path}`, {
      headers: { origin: 'https://a.example', ...(cookie && { cookie }) },
    });
  return { ...behind, app, visit };
}

const names = (response: Response) => response.headers.getSetCookie().map((line) => line.split('=')[0]);

describe('sessionMiddleware of /hono', () => {
  it('keeps a session from one request to the next', async () => {
    const { app, visit } = openApp();
    app.get('/', (c) => {
      const session = c.get('session');
      session.update('n', (n = 0) => n + 1);
      expect(getSession(c)).toBe(session);
      return c.text(String(session.get('n')));
    });
    const first = await visit('/');
    const [cookie] = first.headers.getSetCookie()[0]?.split(';') ?? [];
    expect(await (await visit('/', cookie)).text()).toBe('2');
  });

  it('keeps both cookies, the application’s and the session’s, on every kind of response', async () => {
    const { app, visit } = openApp();
    app.use(async (c, next) => {
      c.get('session').set('n', 1);
      setCookie(c, 'theme', 'dark');
      await next();
    });
    app.get('/text', (c) => c.text('ok'));
    app.get('/redirect', (c) => c.redirect('/'));
    app.get('/204', (c) => c.body(null, 204));
    app.get('/native', () => Response.redirect('https://shop.example/', 303));
    app.get('/stream', (c) => c.body(new Blob(['streamed']).stream()));
    for (const path of ['/text', '/redirect', '/204', '/stream', '/missing']) {
      const response = await visit(path);
      expect([path, names(response)]).toEqual([path, ['theme', '__Host-session']]);
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe('https://a.example');
    }
    const native = await visit('/native');
    expect([native.status, names(native).includes('__Host-session')]).toEqual([303, true]);
  });

  it('ends an invalidated session even when a thrown value is not an Error', async () => {
    const { app, records, store } = openApp();
    const cookie = await createTestSession(store, { n: 1 });
    app.get('/', (c) => {
      c.get('session').invalidate();
      throw 'on purpose';
    });
    const request = new Request('https://shop.example/', { headers: { cookie } });
    await expect(app.request(request)).rejects.toBe('on purpose');
    expect(records.size).toBe(0);
    // The same object is served again, with a new session.
    await expect(app.request(request)).rejects.toBe('on purpose');
  });

  it('writes nothing for errors, whatever status onError gives them', async () => {
    const { app, visit, store } = openApp();
    app.use(async (c, next) => {
      c.get('session').set('n', 1);
      await next();
    });
    app.get('/throws', () => {
      throw new Error('on purpose');
    });
    app.get('/denied', () => {
      throw new HTTPException(403);
    });
    app.get('/500', (c) => c.text('broken', 500));
    app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text('failed', 422)));
    for (const [path, status] of [
      ['/throws', 422],
      ['/denied', 403],
      ['/500', 500],
    ] as const) {
      const response = await visit(path);
      expect([response.status, names(response)]).toEqual([status, []]);
    }
    expect(await store.count()).toBe(0);
  });

  it('writes what onError changes before it redirects, but nothing from before the error', async () => {
    const { app, visit, store } = openApp();
    app.get('/', (c) => {
      c.get('session').setSubject('ada');
      throw new Error('on purpose');
    });
    app.onError((_error, c) => {
      c.get('session').set('n', 7);
      return c.redirect('/form');
    });
    expect(names(await visit('/'))).toEqual(['__Host-session']);
    expect([await store.count(), await store.list('ada')]).toEqual([1, []]);
  });

  it('passes the error from an unreadable store to onError with status 503', async () => {
    const { app, visit, storage } = openApp();
    app.get('/', (c) => c.text('ok'));
    app.onError((error, c) => c.text('down', (error as { status?: 503 }).status ?? 500));
    storage.read = () => Promise.reject(new Error('connection lost'));
    expect((await visit('/', `__Host-session=${'a'.repeat(43)}`)).status).toBe(503);
  });

  it.each<[string, (c: Context) => Response]>([
    ['a page', (c) => c.html('<p>page')],
    ['a redirect', (c) => c.redirect('/elsewhere')],
    ['a stream', (c) => c.body(new Blob(['streamed']).stream())],
    ['a 204', (c) => c.body(null, 204)],
    ['a Response', () => Response.redirect('https://shop.example/elsewhere', 303)],
  ])(
    'passes the error to onError when a session cannot be written with %s, and keeps none of the page',
    async (_, respond) => {
      const { app, visit, storage } = openApp();
      storage.insert = () => Promise.reject(new Error('disk full'));
      app.get('/', (c) => {
        c.get('session').set('n', 1);
        c.header('ETag', '"1"');
        setCookie(c, 'theme', 'dark');
        return respond(c);
      });
      const withDefault = await visit('/');
      app.onError((error, c) => {
        setCookie(c, 'tried', 'yes');
        return c.json({ failed: error.name }, (error as { status?: 503 }).status ?? 500);
      });
      const withOwn = await visit('/');
      expect([await withDefault.text(), await withOwn.json()]).toEqual([
        'Service Unavailable',
        { failed: 'StoreError' },
      ]);
      for (const [response, cookies] of [
        [withDefault, []],
        [withOwn, ['tried']],
      ] as const) {
        expect([response.status, response.headers.get('ETag'), response.headers.get('Location')]).toEqual([
          503,
          null,
          null,
        ]);
        expect(names(response)).toEqual(cookies);
        expect(response.headers.get('Access-Control-Allow-Origin')).toBe('https://a.example');
      }
    },
  );

  it('leaves the error about a missing response to Hono, and writes nothing', async () => {
    const printed = vi.spyOn(console, 'error').mockReturnValue();
    const { app, visit, store } = openApp();
    app.get('/', ((c: Context) => {
      c.get('session').setSubject('ada');
    }) as never);
    const response = await visit('/');
    printed.mockRestore();
    expect([response.status, names(response)]).toEqual([500, []]);
    expect(await store.count()).toBe(0);
  });

  it('sends a 503 for an unreadable store when the application has no error handler', async () => {
    const { app, visit, storage } = openApp();
    app.get('/', (c) => c.text('ok'));
    storage.read = () => Promise.reject(new Error('connection lost'));
    const response = await visit('/', `__Host-session=${'a'.repeat(43)}`);
    expect([response.status, await response.text()]).toEqual([503, 'Service Unavailable']);
  });

  it('with lazy, calls the store only for routes that request the session', async () => {
    const { app, visit, calls } = openApp({ lazy: true });
    app.get('/static', (c) => c.text('file'));
    app.get('/page', async (c) => c.text(String((await getSession<Data>(c)).isNew)));
    const cookie = `__Host-session=${'a'.repeat(43)}`;
    await visit('/static', cookie);
    expect(calls).toEqual([]);
    expect(await (await visit('/page', cookie)).text()).toBe('true');
    expect(calls).toEqual(['read']);
  });
});
