import type { SessionStore } from '@store/core';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore, createPlainCookieStore } from '../../test/memory-store.ts';
import type { SessionEvent } from '../index.ts';
import {
  getSession,
  type NodeHandler,
  type NodeHandlerOptions,
  sessionHandler,
  sessionMiddleware,
} from '../node.ts';

type Data = { [key: string]: string | number };

const serveHandler = (
  store: SessionStore,
  handler: NodeHandler<Data>,
  options: Partial<NodeHandlerOptions<Data>> = {},
) => serve(sessionHandler<Data>(handler, { store, random: () => 1, onError: () => {}, ...options }));

describe('sessionHandler of /node', () => {
  it('keeps a session from one request to the next', async () => {
    const { store } = createMemoryStore();
    const { browser } = await serveHandler(store, (request, response) => {
      const session = getSession<{ visits: number }>(request);
      session.update('visits', (visits = 0) => visits + 1);
      response.end(String(session.get('visits')));
    });
    const { visit } = browser();
    expect((await visit()).body).toBe('1');
    expect((await visit()).body).toBe('2');
  });

  it('keeps all 50 keys that 50 parallel requests set', async () => {
    const { store } = createMemoryStore();
    const { browser } = await serveHandler(store, (request, response, session) => {
      const key = new URL(request.url ?? '', 'http://localhost').searchParams.get('key');
      if (key) session.set(key, 1);
      response.end(JSON.stringify(Object.keys(session.all())));
    });
    const { visit } = browser();
    await visit('/?key=first');
    await Promise.all(Array.from({ length: 50 }, (_, i) => visit(`/?key=k${i}`)));
    expect(JSON.parse((await visit()).body)).toHaveLength(51);
  });

  it('counts every one of 50 parallel updates', async () => {
    const { store } = createMemoryStore();
    const { browser } = await serveHandler(store, (_request, response, session) => {
      session.update('count', (count) => Number(count ?? 0) + 1);
      response.end(String(session.get('count')));
    });
    const { visit } = browser();
    await visit();
    await Promise.all(Array.from({ length: 50 }, () => visit()));
    expect((await visit()).body).toBe('52');
  });

  it('sends 500, calls onError and writes nothing when the handler throws; invalidate still ends the session', async () => {
    const { store, records } = createMemoryStore();
    const errors: unknown[] = [];
    const { browser } = await serveHandler(
      store,
      (request, response, session) => {
        if (request.url === '/') session.set('a', 1);
        if (request.url === '/throw') session.set('b', 1);
        if (request.url === '/logout') session.invalidate();
        if (request.url !== '/') throw new Error('on purpose');
        response.end();
      },
      { onError: (error) => errors.push(error) },
    );
    const { visit, cookies } = browser();
    await visit('/');
    const thrown = await visit('/throw');
    expect([thrown.status, thrown.body, thrown.setCookies]).toEqual([500, 'Internal Server Error', []]);
    expect([...records.values()].map(({ payload }) => payload).join()).not.toContain('"b"');
    const logout = await visit('/logout');
    expect([logout.status, records.size, cookies.size]).toEqual([500, 0, 0]);
    expect(errors).toHaveLength(2);
  });

  it('sends a plain 503 while the store cannot be read or written', async () => {
    const { store, storage } = createMemoryStore();
    const { browser } = await serveHandler(store, (_request, response, session) => {
      session.set('a', Math.random());
      response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': '2' }).end('ok');
    });
    const { visit } = browser();
    await visit();
    const working = { ...storage };
    storage.replace = () => Promise.reject(new Error('connection lost'));
    expect([(await visit()).status, (await visit()).body]).toEqual([503, 'Service Unavailable']);
    storage.read = () => Promise.reject(new Error('connection lost'));
    expect((await visit()).status).toBe(503);
    Object.assign(storage, working);
    expect((await visit()).body).toBe('ok');
  });

  it('saves changes made after the headers were sent, before the response ends', async () => {
    const { store } = createMemoryStore();
    const { browser } = await serveHandler(store, (request, response, session) => {
      if (request.url === '/stream') {
        session.get('a');
        response.write('begun ');
        session.set('a', 2);
        session.set('b', 3);
        response.end('done');
        return;
      }
      if (session.isNew) session.set('a', 1);
      response.end(JSON.stringify(session.all()));
    });
    const { visit } = browser();
    await visit();
    expect((await visit('/stream')).body).toBe('begun done');
    expect(JSON.parse((await visit()).body)).toEqual({ a: 2, b: 3 });
  });

  it('saves what a background job changes after the response ended', async () => {
    const { store } = createMemoryStore();
    const events: SessionEvent[] = [];
    let job = () => {};
    const { browser } = await serveHandler(
      store,
      (_request, response, session) => {
        session.set('a', 1);
        job = () => session.set('b', 2);
        response.end(JSON.stringify(session.all()));
      },
      { onEvent: (event) => events.push(event) },
    );
    const { visit } = browser();
    await visit();
    await visit();
    job();
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'late-save', outcome: 'updated' });
    expect(JSON.parse((await visit()).body)).toEqual({ a: 1, b: 2 });
  });

  it('throws HEADERS_SENT for a late change that needs a cookie', async () => {
    for (const store of [createMemoryStore().store, createPlainCookieStore().store]) {
      const codes: unknown[] = [];
      const { browser } = await serveHandler(store, (request, response, session) => {
        if (request.url === '/first') session.set('a', 1);
        response.write('begun');
        const late = [
          () => session.regenerate(),
          () => session.invalidate(),
          () => session.setSubject('7'),
          () => session.setLifetime({ idleTimeout: 60 }),
          () => session.set('c', 1),
        ];
        for (const change of late) {
          try {
            change();
            codes.push('fine');
          } catch (error) {
            codes.push((error as { code: string }).code);
          }
        }
        response.end();
      });
      const { visit } = browser();
      await visit('/nothing-stored');
      expect(codes.splice(0)).toEqual(Array(5).fill('HEADERS_SENT'));
      await visit('/first');
      codes.splice(0);
      await visit('/second');
      const values = store.kind === 'server' ? 'fine' : 'HEADERS_SENT';
      expect(codes).toEqual([...Array(4).fill('HEADERS_SENT'), values]);
    }
  });

  it('collects garbage after the response has been sent', async () => {
    let now = Date.now();
    const { store, records, calls } = createMemoryStore({ now: () => now, idleTimeout: 60 });
    const events: SessionEvent[] = [];
    let draw = 0.5;
    const { browser } = await serveHandler(
      store,
      (_request, response, session) => {
        session.set('a', 1);
        response.end();
      },
      { random: () => draw, onEvent: (event) => events.push(event) },
    );
    await browser().visit();
    now += 61_000;
    expect(calls).not.toContain('deleteExpired');
    draw = 0.0199;
    await browser().visit();
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'gc', outcome: 'collected', removed: 1 });
    expect(records.size).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['request', 'request', 'gc']);
  });

  it('serves a request once: mounting the middleware twice has no further effect, and a different one is rejected', async () => {
    const { store } = createMemoryStore();
    const [one, other] = [sessionMiddleware({ store }), sessionMiddleware({ store })];
    const { send } = await serve((request, response) => {
      void one(request, response, () => {
        void one(request, response, (again) => {
          void other(request, response, (error) => {
            response.end(JSON.stringify([again ?? null, (error as { code: string }).code]));
          });
        });
      });
    });
    expect((await send('/')).body).toBe('[null,"UNSUPPORTED"]');
  });
});
