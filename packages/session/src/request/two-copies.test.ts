import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ErrorRequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveExpress } from '../../test/express-app.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { getSession } from '../express.ts';
import { createTestSession } from '../index.ts';

const brand = Symbol.for('@store/core.store');

type Door = typeof import('../express.ts');

let folder: string;
let other: Door;

// The built package, copied to another folder, as in a workspace where two members resolve different peers.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'two-copies-'));
  const root = join(import.meta.dirname, '../..');
  const copy = join(folder, 'node_modules/@store/session');
  cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
  mkdirSync(join(copy, 'node_modules/@store'), { recursive: true });
  cpSync(join(root, 'package.json'), join(copy, 'package.json'));
  for (const name of ['@store/core', 'cookie'])
    symlinkSync(realpathSync(join(root, 'node_modules', name)), join(copy, 'node_modules', name));
  other = await import(/* @vite-ignore */ pathToFileURL(join(copy, 'dist/express.js')).href);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('two copies of this package in one process', () => {
  async function open() {
    const { store } = createMemoryStore();
    const site = await serveExpress({ store, gcProbability: 0 }, (app) => {
      app.get('/', (request, response) => {
        response.json([getSession(request).get('user'), other.getSession(request).get('user')]);
      });
      app.get(
        '/both',
        other.sessionMiddleware({ store }),
        (_request, response) => void response.send('both'),
      );
      const oauth = other.sessionMiddleware({ store, gcProbability: 0, cookie: { name: '__Host-oauth' } });
      app.get('/side-by-side', oauth, (request, response) => {
        getSession(request, 'oauth').set('state', 'x');
        other.getSession(request).set('user', 'Countess Ada');
        response.send('both');
      });
      app.get('/fail', (request) => {
        getSession(request).set('user', 'nobody');
        throw Object.assign(new Error('on purpose'), { status: 422 });
      });
      app.use(other.discardOnError() as ErrorRequestHandler);
    });
    const cookie = await createTestSession(store, { user: 'Ada' });
    return (path: string) => site.send(path, { headers: { cookie } });
  }

  it('are separate copies', () => {
    expect(other.getSession).not.toBe(getSession);
  });

  it('share the session of a request', async () => {
    const visit = await open();
    expect((await visit('/')).body).toBe('["Ada","Ada"]');
  });

  it('detect each other, and both serve a request under different names', async () => {
    const visit = await open();
    expect((await visit('/both')).body).toBe('{"code":"UNSUPPORTED"}');
    const answer = await visit('/side-by-side');
    expect([answer.body, answer.setCookies.length]).toEqual(['both', 1]);
    expect((await visit('/')).body).toBe('["Countess Ada","Countess Ada"]');
  });

  it('drop what a failed handler changed, whichever copy is notified', async () => {
    const visit = await open();
    expect((await visit('/fail')).status).toBe(422);
    expect((await visit('/')).body).toBe('["Ada","Ada"]');
  });
});

describe('a store from a copy of core without synchronous methods', () => {
  it('serves requests through its asynchronous methods', async () => {
    const { store: made } = createMemoryStore();
    const { direct: _, ...older } = Reflect.get(made, brand) as { direct: unknown };
    const own = Object.getOwnPropertyDescriptors(made);
    const store: typeof made = Object.defineProperties({} as typeof made, {
      ...own,
      [brand]: { value: older },
    });
    const site = await serveExpress({ store, gcProbability: 0 }, (app) => {
      app.get('/', (request, response) => {
        const visits = getSession(request).get('visits', 0) as number;
        getSession(request).set('visits', visits + 1);
        response.send(String(visits));
      });
      app.get('/out', (request, response) => {
        getSession(request).invalidate();
        response.send('out');
      });
    });
    const cookie = await createTestSession(store, { visits: 7 });
    const visit = (path: string) => site.send(path, { headers: { cookie } });
    expect((await visit('/')).body).toBe('7');
    expect((await visit('/')).body).toBe('8');
    await visit('/out');
    expect((await visit('/')).body).toBe('0');
  });
});
