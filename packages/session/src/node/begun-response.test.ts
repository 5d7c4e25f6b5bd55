import express from 'express';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { getSession, sessionMiddleware } from '../express.ts';
import { createTestSession, type SessionEvent } from '../index.ts';

describe.each([
  ['a synchronous store', false],
  ['a remote store', true],
])('a session opened after the response has started, on %s', (_, isRemote) => {
  async function open() {
    const { store } = createMemoryStore({}, isRemote);
    const cookie = await createTestSession(store, { n: 1 });
    const events: SessionEvent[] = [];
    const app = express();
    app.use('/one', sessionMiddleware({ store, gcProbability: 0, cookie: { name: '__Host-other' } }));
    app.use((_request, response, next) => {
      response.write('begun, ');
      next();
    });
    app.use(sessionMiddleware({ store, gcProbability: 0, onEvent: (event) => void events.push(event) }));
    app.use((request, response) => {
      try {
        getSession(request, 'session').set('n', 2);
        response.end('changed');
      } catch (error) {
        response.end((error as { code?: string }).code);
      }
    });
    const site = await serve(app);
    const stored = async () => (await store.load(cookie.split(/[=;]/)[1] as string)).data;
    return { ...site, store, stored, cookie, events };
  }

  it.each(['/', '/one'])(
    'saves its changes if it is stored and leaves the response intact, on %s',
    async (path) => {
      const { send, stored, cookie } = await open();
      expect((await send(path, { headers: { cookie } })).body).toBe('begun, changed');
      expect(await stored()).toEqual({ n: 2 });
    },
  );

  it.each(['/', '/one'])('rejects changes that need a cookie if it is new, on %s', async (path) => {
    const { send, store, events } = await open();
    const answer = await send(path);
    expect([answer.status, answer.body, answer.setCookies]).toEqual([200, 'begun, HEADERS_SENT', []]);
    expect(await store.count()).toBe(1);
    expect(events).toMatchObject([{ outcome: 'none', cookie: 'skipped' }]);
  });
});
