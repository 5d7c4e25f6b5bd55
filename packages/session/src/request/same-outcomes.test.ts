import express5 from 'express';
import express4 from 'express4';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import * as expressDoor from '../express.ts';
import { sessionHandler } from '../fetch.ts';
import * as honoDoor from '../hono.ts';
import {
  createTestSession,
  openSession,
  type Session,
  type SessionOptions,
  type SessionRequestEvent,
  withSession,
} from '../index.ts';
import * as nodeDoor from '../node.ts';

type Data = { n: number };
type Visitor = Session<Data>;

/** What a handler does: it responds with a status, or throws. */
type Handle = (session: Visitor) => number;
interface Site {
  handle: Handle;
  /** What the application's error handler does, where the framework has one. */
  onError?: Handle;
  options: SessionOptions<Data, never>;
}
type Visit = (cookie: string) => Promise<{ status: number; setCookies: string[] }>;

const overFetch =
  (fetchOf: (request: Request) => Promise<Response>): Visit =>
  async (cookie) => {
    const answer = await fetchOf(new Request('https://shop.example/', { headers: { cookie } })).catch(
      () => new Response('thrown', { status: 500 }),
    );
    return { status: answer.status, setCookies: answer.headers.getSetCookie() };
  };

const overExpress =
  (express: typeof express5) =>
  async ({ handle, onError, options }: Site): Promise<Visit> => {
    const app = express();
    app.set('env', 'test');
    app.use(expressDoor.sessionMiddleware(options as object));
    app.get('/', (request, response) => {
      response.sendStatus(handle(expressDoor.getSession<Data>(request)));
    });
    const respond: express5.ErrorRequestHandler = (error, request, response, next) =>
      onError ? response.sendStatus(onError(expressDoor.getSession<Data>(request))) : next(error);
    app.use(respond);
    const { send } = await serve(app);
    return (cookie) => send('/', { headers: { cookie } });
  };

const adapters: [string, (site: Site) => Visit | Promise<Visit>][] = [
  [
    'openSession',
    ({ handle, options }) =>
      overFetch(async (request) => {
        const { session, commit } = await openSession<Data>(request, options);
        let status = 500;
        try {
          status = handle(session);
        } catch {
          session.discard();
        }
        const { headers } = await commit({ status });
        return new Response(null, { status, headers: headers.map(([name, value]) => [name, value]) });
      }),
  ],
  [
    'withSession',
    ({ handle, options }) =>
      overFetch((request) =>
        withSession<Data>(
          request,
          options as object,
          (session) => new Response(null, { status: handle(session) }),
        ),
      ),
  ],
  [
    'sessionHandler of /fetch',
    ({ handle, options }) =>
      overFetch(
        sessionHandler<Data>(
          (_request, session) => new Response(null, { status: handle(session) }),
          options as object,
        ),
      ),
  ],
  [
    'sessionHandler of /node',
    async ({ handle, options }) => {
      const { send } = await serve(
        nodeDoor.sessionHandler<Data>(
          (_request, response, session) => {
            response.statusCode = handle(session);
            response.end();
          },
          { ...(options as object), onError() {} },
        ),
      );
      return (cookie) => send('/', { headers: { cookie } });
    },
  ],
  ['Express 4', overExpress(express4 as typeof express5)],
  ['Express 5', overExpress(express5)],
  [
    'Hono',
    ({ handle, onError, options }) => {
      const app = new Hono<{ Variables: honoDoor.SessionVariables<Data> }>();
      app.use(honoDoor.sessionMiddleware<Data>(options as object));
      app.get('/', (c) => c.body(null, handle(c.get('session')) as 200));
      app.onError((_error, c) => c.body(null, (onError?.(c.get('session')) ?? 500) as 200));
      return overFetch(async (request) => app.fetch(request));
    },
  ],
];

function fail(): never {
  throw new Error('on purpose');
}

describe.each(adapters)('on %s', (name, open) => {
  /** Visits a site as a visitor who has a session with n = 1, and returns what is stored afterwards. */
  async function visit(handle: Handle, onError?: Handle) {
    const { store, records } = createMemoryStore();
    const cookie = await createTestSession(store, { n: 1 }, { cookie: { name: '__Host-session' } });
    const events: SessionRequestEvent[] = [];
    const options: Site['options'] = {
      store,
      gcProbability: 0,
      onEvent: (event) => void events.push(event as SessionRequestEvent),
    };
    const site = await open({ handle, options, ...(onError && { onError }) });
    const { status, setCookies } = await site(cookie);
    const id = cookie.split(/[=;]/)[1] as string;
    const stored = await store.load(id);
    return {
      status,
      setCookies,
      sessions: records.size,
      stored: stored.data,
      subject: stored.subject,
      events,
    };
  }

  it('a thrown error writes nothing', async () => {
    const { status, setCookies, stored, subject, events } = await visit((session) => {
      session.setSubject('ada');
      session.set('n', 2);
      return fail();
    });
    expect([status, setCookies, stored, subject]).toEqual([500, [], { n: 1 }, undefined]);
    expect(events).toMatchObject([{ outcome: 'discarded' }]);
  });

  it('a 5xx response writes nothing', async () => {
    const { status, setCookies, stored, events } = await visit((session) => {
      session.setSubject('ada');
      return 503;
    });
    expect([status, setCookies, stored]).toEqual([503, [], { n: 1 }]);
    expect(events).toMatchObject([{ outcome: 'discarded', reason: 'handler-failed' }]);
  });

  it('a 4xx response writes its changes', async () => {
    const { status, stored } = await visit((session) => {
      session.set('n', 2);
      return 404;
    });
    expect([status, stored]).toEqual([404, { n: 2 }]);
  });

  it('discard() drops the changes before it, but not those after it', async () => {
    const { status, setCookies, stored, events } = await visit((session) => {
      session.setSubject('ada');
      session.set('n', 2);
      session.discard();
      return 200;
    });
    expect([status, setCookies, stored]).toEqual([200, [], { n: 1 }]);
    expect(events).toMatchObject([{ outcome: 'discarded', reason: 'discarded' }]);
    const after = await visit((session) => {
      session.set('n', 2);
      session.discard();
      session.set('n', 3);
      return 200;
    });
    expect(after.stored).toEqual({ n: 3 });
  });

  it.each<[string, Handle]>([
    ['a thrown error', fail],
    ['a 5xx response', () => 500],
    [
      'discard()',
      (session) => {
        session.discard();
        return 200;
      },
    ],
  ])('%s does not undo invalidate()', async (_, then) => {
    const { sessions } = await visit((session) => {
      session.invalidate();
      session.set('n', 2);
      return then(session);
    });
    expect(sessions).toBe(0);
  });

  it('a session whose last value is removed ends, unless a user is signed in to it', async () => {
    const ended = await visit((session) => {
      session.delete('n');
      return 200;
    });
    expect([ended.sessions, ended.setCookies, ended.events]).toMatchObject([0, [], [{ outcome: 'emptied' }]]);
    const signedIn = await visit((session) => {
      session.setSubject('ada');
      session.delete('n');
      return 200;
    });
    expect([signedIn.setCookies.length, signedIn.events]).toMatchObject([1, [{ outcome: 'regenerated' }]]);
  });

  if (['Express 4', 'Express 5', 'Hono'].includes(name)) {
    it('an error that becomes a 4xx writes only what the error handler changes', async () => {
      const change: Handle = (session) => {
        session.setSubject('ada');
        session.set('n', 2);
        return fail();
      };
      const dropped = await visit(change, () => 422);
      expect([dropped.status, dropped.setCookies, dropped.stored]).toEqual([422, [], { n: 1 }]);
      expect(dropped.events).toMatchObject([{ outcome: 'discarded', reason: 'handler-failed' }]);
      for (const [status, n] of [
        [422, 3],
        [303, 3],
        [502, 1],
      ] as const) {
        const handled = await visit(change, (session) => {
          session.set('n', 3);
          return status;
        });
        expect([handled.status, handled.stored]).toEqual([status, { n }]);
      }
    });
  }
});
