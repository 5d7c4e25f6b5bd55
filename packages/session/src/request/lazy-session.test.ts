import type { StoreError } from '@store/core';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { serveExpress } from '../../test/express-app.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { getSession } from '../express.ts';
import { type SessionVariables, sessionMiddleware } from '../hono.ts';
import { createTestSession, type SessionEvent } from '../index.ts';

type Data = { n: number };

async function openStore(isRemote = false) {
  const behind = createMemoryStore({}, isRemote);
  const cookie = await createTestSession(behind.store, { n: 1 }, { subject: 'ada' });
  behind.calls.length = 0;
  const events: SessionEvent[] = [];
  const onEvent = (event: SessionEvent) => void events.push(event);
  const id = cookie.split(/[=;]/)[1] as string;
  return {
    ...behind,
    cookie,
    id,
    events,
    options: { store: behind.store, lazy: true, gcProbability: 1, onEvent },
  };
}

describe('a lazy session', () => {
  it('does not call the store on a static route for a signed-in user, not even for garbage collection', async () => {
    const { options, calls, cookie, events } = await openStore();
    const { send } = await serveExpress(options, (app) => {
      app.get('/logo.svg', (_request, response) => void response.send('<svg/>'));
    });
    const answer = await send('/logo.svg', { headers: { cookie } });
    expect([answer.status, answer.setCookies, answer.headers.vary, calls]).toEqual([200, [], undefined, []]);
    expect(events).toMatchObject([{ outcome: 'none', cookie: 'skipped', reason: 'not-asked' }]);
  });

  it('on Hono throws from c.get until it is requested', async () => {
    const { options, calls, cookie } = await openStore();
    const app = new Hono<{ Variables: SessionVariables<Data> }>();
    app.use(sessionMiddleware<Data>({ ...options, gcProbability: 0 }));
    app.get('/static', (c) => {
      expect(() => c.get('session').get('n')).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
      return c.text('static');
    });
    app.get('/page', async (c) => {
      expect(await getSession(c)).toBe(c.get('session'));
      return c.text(String(c.get('session').get('n')));
    });
    const visit = async (path: string) =>
      (await app.request(`https://shop.example${path}`, { headers: { cookie } })).text();
    expect([await visit('/static'), calls]).toEqual(['static', []]);
    expect(await visit('/page')).toBe('1');
  });

  it('that is still loading when the headers are about to be sent is awaited, and accepts later changes', async () => {
    const { options, store, cookie, id } = await openStore(true);
    let changed: Promise<void> | undefined;
    const { send } = await serveExpress({ ...options, gcProbability: 0 }, (app) => {
      app.get('/', (request, response) => {
        const session = getSession<Data>(request) as unknown as Promise<ReturnType<typeof getSession<Data>>>;
        changed = session.then((loaded) => loaded.set('n', 2));
        response.send('ok');
      });
    });
    expect((await send('/', { headers: { cookie } })).status).toBe(200);
    await changed;
    await expect.poll(async () => (await store.load(id)).data).toEqual({ n: 2 });
  });

  it('that is requested after the headers were sent accepts values and rejects changes that need a cookie', async () => {
    const { options, store, cookie, id } = await openStore();
    const late = Promise.withResolvers<unknown>();
    const { send } = await serveExpress({ ...options, gcProbability: 0 }, (app) => {
      app.get('/', (request, response) => {
        response.write('begun');
        setImmediate(async () => {
          const session = await getSession<Data>(request);
          session.set('n', 3);
          try {
            session.regenerate();
          } catch (error) {
            late.resolve(error);
          }
          response.end();
        });
      });
    });
    await send('/', { headers: { cookie } });
    expect(await late.promise).toMatchObject({ code: 'HEADERS_SENT' });
    expect((await store.load(id)).data).toEqual({ n: 3 });
  });

  it('that cannot be loaded rejects, writes nothing and sets no cookie', async () => {
    const { options, store, cookie, events } = await openStore();
    await store.close();
    const { send } = await serveExpress({ ...options, gcProbability: 0 }, (app) => {
      app.get('/', async (request, response) => {
        const error = await (async () => getSession(request))().catch((reason: unknown) => reason);
        expect([(error as StoreError).code, (error as { status?: number }).status]).toEqual(['CLOSED', 503]);
        response.send('without a session');
      });
    });
    const answer = await send('/', { headers: { cookie } });
    expect([answer.body, answer.setCookies]).toEqual(['without a session', []]);
    expect(events).toMatchObject([{ outcome: 'failed', reason: 'store-failure', error: 'CLOSED' }]);
  });
});
