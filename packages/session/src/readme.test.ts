import { on, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedStore, uncacheStore } from '@store/core';
import { startSession } from '@store/sqlite';
import type { Express } from 'express';
import type { FastifyInstance } from 'fastify';
import type Koa from 'koa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createBrowser } from '../test/browser.ts';
import { serve } from '../test/http-server.ts';
import { createTestSession } from './index.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'store-session-'));
  vi.stubEnv('DATABASE', join(directory, 'sessions.db'));
  vi.stubEnv('PORT', '0');
});

afterEach(async () => {
  await uncacheStore()?.close();
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

const form = (fields: Record<string, string>) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});

// Imported by a name that the compiler does not resolve: the examples are a separate program, with its own `SessionTypes`.
const example = <Exports>(file: string) => import(`../test/examples/${file}.ts`) as Promise<Exports>;

describe("the README's examples, on SQLite", () => {
  it('sign in, fill a cart and sign out with Express', async () => {
    const { app } = await example<{ app: Express }>('express-shop');
    const { browser } = await serve(app);
    const { visit } = browser();
    const page = async () => JSON.parse((await visit('/')).body);
    await visit('/sign-in', form({ email: 'ada@example.org' }));
    expect(await page()).toEqual({ cart: [], email: 'ada@example.org', error: 'Tell us your name.' });
    await visit('/sign-in', form({ email: 'ada@example.org', name: 'Ada' }));
    expect(await page()).toEqual({ name: 'Ada', cart: [], notice: 'Welcome, Ada!' });
    await Promise.all(['tea', 'rice', 'salt'].map((item) => visit(`/cart/${item}`, form({}))));
    expect((await page()).cart.toSorted()).toEqual(['rice', 'salt', 'tea']);
    expect(await cachedStore().list('ada@example.org')).toHaveLength(1);
    await visit('/sign-out', form({}));
    expect(await page()).toEqual({ cart: [], notice: 'Goodbye.' });
    expect(await cachedStore().list('ada@example.org')).toEqual([]);
  });

  it('start a test signed in', async () => {
    const { app } = await example<{ app: Express }>('express-shop');
    await startSession({ database: join(directory, 'sessions.db') });
    const { send } = await serve(app);
    const cookie = await createTestSession(cachedStore(), { name: 'Ada' }, { subject: 'ada@example.org' });
    const answer = await send('/', { headers: { cookie } });
    expect(JSON.parse(answer.body).name).toBe('Ada');
  });

  it('count visits with fetch', async () => {
    const { default: counter } = await import('../test/examples/fetch-counter.ts');
    const { visit } = createBrowser(counter.fetch, 'http://localhost:3000');
    await visit('/');
    expect(await (await visit('/')).text()).toBe('Visit 2');
    expect((await visit('/forget')).status).toBe(303);
    expect(await (await visit('/')).text()).toBe('Visit 1');
  });

  it('open and commit a session anywhere, and read it elsewhere', async () => {
    const { count, visitsOf } = await import('../test/examples/anywhere.ts');
    const { visit, header } = createBrowser(count);
    await visit('/');
    expect(await (await visit('/')).text()).toBe('Visit 2');
    expect([await visitsOf(header()), await visitsOf('')]).toEqual([2, 0]);
  });

  it.each([
    ['Express', () => example<{ app: Express }>('express-greeting').then(({ app }) => app)],
    ['Koa', () => example<{ app: Koa }>('koa-greeting').then(({ app }) => app.callback())],
    [
      'Fastify',
      async () => {
        const { app } = await example<{ app: FastifyInstance }>('fastify-greeting');
        await app.ready();
        return app.server;
      },
    ],
  ])('greet by name with %s', async (_, open) => {
    const { browser } = await serve((await open()) as Express);
    const { visit } = browser();
    expect((await visit('/')).body).toBe('Hello, stranger');
    expect((await visit('/sign-in/Ada', { method: 'POST' })).headers.location).toBe('/');
    expect((await visit('/')).body).toBe('Hello, Ada');
    expect(await cachedStore().list('Ada')).toHaveLength(1);
  });

  it('count visits with Hono', async () => {
    const { app } = await import('../test/examples/hono-counter.ts');
    const { visit } = createBrowser(async (request) => app.fetch(request));
    await visit('/');
    expect(await (await visit('/')).text()).toBe('Visit 2');
  });

  it('count visits without any framework', async () => {
    const { server } = await import('../test/examples/no-framework.ts');
    const { browser } = await serve(server);
    const { visit } = browser();
    await visit('/');
    const second = await visit('/');
    expect([second.body, second.headers.vary]).toEqual(['Visit 2', 'Cookie']);
  });

  it('set the cookie through the cookie API of h3', async () => {
    const { app } = await import('../test/examples/cookie-api.ts');
    const { visit } = createBrowser(async (request) => app.fetch(request));
    const first = await visit('/');
    expect(first.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-session=[\w-]{43}; Max-Age=7200; Path=\/; HttpOnly; Secure; Priority=High; SameSite=Lax$/,
      ),
    ]);
    expect(first.headers.get('Cache-Control')).toBe('private, no-store');
    expect(await (await visit('/')).text()).toBe('Visit 2');
  });

  it('keep a WebSocket up to date with its session, and close it when the session ends', async () => {
    vi.stubEnv('CHECK_INTERVAL', '20');
    const { server } = await import('../test/examples/websocket.ts');
    const { port } = await serve(server);
    const store = cachedStore();
    const cookie = await createTestSession(store, { name: 'Ada' }, { subject: 'ada@example.org' });
    const url = `ws://127.0.0.1:${port}`;
    const refused = new WebSocket(url);
    await expect(once(refused, 'open')).rejects.toThrow('401');
    const client = new WebSocket(url, { headers: { cookie } });
    const said = async (text: string) => {
      for await (const [message] of on(client, 'message')) if (String(message) === text) return;
    };
    await said('You are Ada');
    const id = cookie.split(/[=;]/)[1] as string;
    await store.update(id, (content) => ({ ...content, data: { name: 'Countess Ada' } }));
    await said('You are Countess Ada');
    await store.destroyAll('ada@example.org');
    const [code, reason] = await once(client, 'close');
    expect([code, String(reason)]).toEqual([4401, 'Signed out']);
  });

  it('count visits with node:http', async () => {
    const { server } = await import('../test/examples/node-counter.ts');
    if (!server.listening) await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { visit } = createBrowser(fetch, `http://127.0.0.1:${port}`);
    await visit('/');
    expect(await (await visit('/')).text()).toBe('Visit 2');
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
});
