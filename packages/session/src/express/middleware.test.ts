import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import compression from 'compression';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveExpress } from '../../test/express-app.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { getSession, withSession } from '../express.ts';

const text = 'a line of text that compresses well\n'.repeat(20_000);

describe('sessionMiddleware of /express', () => {
  it('makes changes visible to the request after a redirect', async () => {
    const { store } = createMemoryStore();
    const { browser } = await serveExpress({ store }, (app) => {
      app.post('/sign-in', (request, response) => {
        const session = getSession<{ name: string }>(request);
        session.setSubject('7');
        session.set('name', 'Ada');
        session.flash('notice', 'Welcome');
        response.redirect(303, '/');
      });
      app.get('/', (request, response) => {
        const session = getSession<{ name: string }>(request);
        response.json([session.get('name'), session.getFlash('notice') ?? null, session.subject]);
      });
    });
    const { visit } = browser();
    const redirect = await visit('/sign-in', { method: 'POST' });
    expect(redirect.status).toBe(303);
    expect(redirect.headers.location).toBe('/');
    expect(JSON.parse((await visit('/')).body)).toEqual(['Ada', 'Welcome', '7']);
    expect(JSON.parse((await visit('/')).body)).toEqual(['Ada', null, '7']);
  });

  it("gives handlers request.session, and keeps the route's type of request.params", async () => {
    const { store } = createMemoryStore();
    const { browser } = await serveExpress({ store }, (app) => {
      app.get(
        '/:item',
        withSession((request, response) => {
          const item: string = request.params.item;
          const cart = (request.session.get('cart') ?? []) as readonly string[];
          request.session.set('cart', [...cart, item]);
          response.json(request.session.get('cart'));
        }),
      );
    });
    const { visit } = browser();
    await visit('/tea');
    expect((await visit('/rice')).body).toBe('["tea","rice"]');
  });

  it('keeps a file sent by sendFile whole, with its headers', async () => {
    const { store } = createMemoryStore();
    const directory = await mkdtemp(join(tmpdir(), 'store-session-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const file = join(directory, 'page.txt');
    writeFileSync(file, text);
    const { browser } = await serveExpress({ store }, (app) => {
      app.get('/', (request, response) => {
        getSession(request).set('seen', true);
        response.sendFile(file);
      });
    });
    const answer = await browser().visit();
    expect(answer.body).toBe(text);
    expect(answer.headers['content-length']).toBe(String(text.length));
    expect(answer.setCookies).toHaveLength(1);
  });

  for (const place of ['before', 'after'] as const) {
    it(`works with compression mounted ${place} it`, async () => {
      const { store } = createMemoryStore();
      const mount = (app: Parameters<Parameters<typeof serveExpress>[1]>[0]) => app.use(compression());
      const { send } = await serveExpress(
        { store },
        (app) => {
          if (place === 'after') mount(app);
          app.get('/', (request, response) => {
            getSession(request).set('seen', true);
            response.type('text').send(text);
          });
        },
        (app) => {
          if (place === 'before') mount(app);
        },
      );
      const plain = await send('/');
      expect(plain.body).toBe(text);
      const packed = await send('/', { headers: { 'accept-encoding': 'gzip' } });
      expect(packed.headers['content-encoding']).toBe('gzip');
      expect(packed.headers.vary?.split(', ').sort()).toEqual(['Accept-Encoding', 'Cookie']);
      expect(packed.setCookies).toHaveLength(1);
    });
  }

  it('writes nothing when the handler throws or sends a 5xx', async () => {
    const { store, records } = createMemoryStore();
    const { browser } = await serveExpress({ store }, (app) => {
      app.get('/throws', (request) => {
        getSession(request).set('seen', true);
        throw new Error('on purpose');
      });
      app.get('/rejects', async (request) => {
        getSession(request).set('seen', true);
        throw new Error('on purpose');
      });
      app.get('/503', (request, response) => {
        getSession(request).set('seen', true);
        response.sendStatus(503);
      });
    });
    for (const path of ['/throws', '/rejects', '/503']) {
      const answer = await browser().visit(path);
      expect(answer.status).toBe(path === '/503' ? 503 : 500);
      expect(answer.setCookies).toEqual([]);
    }
    expect(records.size).toBe(0);
  });

  it('writes nothing for an error that becomes a 4xx', async () => {
    const { store, records } = createMemoryStore();
    const { send } = await serveExpress({ store }, (app) => {
      app.get('/', (request) => {
        getSession(request).set('seen', true);
        throw Object.assign(new Error('on purpose'), { status: 422 });
      });
    });
    expect((await send('/')).status).toBe(422);
    expect(records.size).toBe(0);
  });

  it('passes the error from an unreadable store to the error handlers with status 503', async () => {
    const { store, storage } = createMemoryStore();
    const { browser } = await serveExpress({ store }, (app) => {
      app.get('/', (request, response) => {
        getSession(request).set('seen', true);
        response.send('ok');
      });
    });
    const { visit } = browser();
    await visit();
    storage.read = () => Promise.reject(new Error('connection lost'));
    const answer = await visit();
    expect([answer.status, answer.body, answer.setCookies]).toEqual([503, '{"code":"UNAVAILABLE"}', []]);
  });

  for (const layer of ['no', 'a compression'] as const) {
    it(`replaces the response when the session cannot be written, with ${layer} layer on top`, async () => {
      const { store, storage } = createMemoryStore();
      storage.insert = () => Promise.reject(new Error('disk full'));
      storage.read = () => Promise.reject(new Error('disk full'));
      const { send } = await serveExpress({ store }, (app) => {
        if (layer === 'a compression') app.use(compression());
        app.get('/', (request, response) => {
          getSession(request).set('seen', true);
          response.set('ETag', '"1"').type('html').send(text);
        });
      });
      const answer = await send('/', { headers: { 'accept-encoding': 'gzip' } });
      expect([answer.status, answer.body, answer.setCookies]).toEqual([503, '{"code":"UNAVAILABLE"}', []]);
      expect(answer.headers.etag).not.toBe('"1"');
      expect(answer.headers['content-encoding']).toBeUndefined();
    });
  }

  it('shows the handler that its response has started, even while the session is being written', async () => {
    const { store } = createMemoryStore();
    const seen: unknown[] = [];
    const { send } = await serveExpress({ store }, (app) => {
      app.get('/', (request, response) => {
        getSession(request).set('seen', true);
        seen.push(response.headersSent, response.writableEnded);
        response.send('ok');
        seen.push(response.headersSent, response.writableEnded);
      });
    });
    expect((await send('/')).body).toBe('ok');
    expect(seen).toEqual([false, false, true, true]);
  });

  it('responds to conditional and HEAD requests without a body, and still sets the cookie', async () => {
    const { store } = createMemoryStore();
    const { send } = await serveExpress({ store }, (app) => {
      app.get('/', (request, response) => {
        getSession(request).set('seen', true);
        response.send('a body');
      });
    });
    const head = await send('/', { method: 'HEAD' });
    expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '6']);
    expect(head.setCookies).toHaveLength(1);
    const unchanged = await send('/', { headers: { 'if-none-match': String(head.headers.etag) } });
    expect([unchanged.status, unchanged.body, unchanged.setCookies.length]).toEqual([304, '', 1]);
  });
});
