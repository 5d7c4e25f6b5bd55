import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedStore, uncacheStore } from '@store/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

describe("the README's examples, on SQLite", () => {
  it('sign in, fill a cart and sign out with Express', async () => {
    const { app } = await import('../test/examples/express-shop.ts');
    const { browser } = await serve(app);
    const { visit } = browser();
    const page = async () => JSON.parse((await visit('/')).body);
    await visit('/sign-in', form({ email: 'ada@example.org' }));
    expect(await page()).toEqual({ cart: [], email: 'ada@example.org', error: 'Tell us your name.' });
    await visit('/sign-in', form({ email: 'ada@example.org', name: 'Ada' }));
    expect(await page()).toEqual({ name: 'Ada', cart: [], notice: 'Welcome, Ada!' });
    await Promise.all(['tea', 'rice', 'salt'].map((item) => visit('/cart', form({ item }))));
    expect((await page()).cart.toSorted()).toEqual(['rice', 'salt', 'tea']);
    expect(await cachedStore().list('ada@example.org')).toHaveLength(1);
    await visit('/sign-out', form({}));
    expect(await page()).toEqual({ cart: [], notice: 'Goodbye.' });
    expect(await cachedStore().list('ada@example.org')).toEqual([]);
  });

  it('begin a test signed in', async () => {
    const { app } = await import(
      '../test/examples/express-shop.ts?again' as '../test/examples/express-shop.ts'
    );
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
    const { count, countAgain, visitsOf } = await import('../test/examples/anywhere.ts');
    const { visit, header } = createBrowser((request) =>
      request.url.endsWith('/again') ? countAgain(request) : count(request),
    );
    await visit('/');
    expect(await (await visit('/again')).text()).toBe('Visit 2');
    expect([await visitsOf(header()), await visitsOf('')]).toEqual([2, 0]);
  });

  it('count visits with Hono', async () => {
    const { app } = await import('../test/examples/hono-counter.ts');
    const { visit } = createBrowser(async (request) => app.fetch(request));
    await visit('/');
    expect(await (await visit('/')).text()).toBe('Visit 2');
  });

  it('are in the README word for word', async () => {
    const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
    const examples = await Promise.all(
      ['anywhere', 'express-shop', 'fetch-counter', 'node-counter', 'hono-counter'].map((name) =>
        readFile(join(import.meta.dirname, `../test/examples/${name}.ts`), 'utf8'),
      ),
    );
    const code = [...examples, await readFile(import.meta.filename, 'utf8')].join('\n');
    const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = '']) => block);
    const withoutIndent = (text: string) => text.replace(/^ +/gm, '');
    // Declarations have nothing to run; the types' test compiles them.
    const run = blocks.filter((block) => !block.startsWith('declare module'));
    for (const block of run) expect(withoutIndent(code)).toContain(withoutIndent(block));
    expect(run.length).toBeGreaterThanOrEqual(6);
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
