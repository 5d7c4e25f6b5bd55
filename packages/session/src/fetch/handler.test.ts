import { describe, expect, it } from 'vitest';
import { createBrowser } from '../../test/browser.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { getSession, type Session, sessionHandler } from '../fetch.ts';
import type { SessionEvent } from '../index.ts';

interface Visits {
  visits: number;
}

describe('sessionHandler of /fetch', () => {
  it('keeps a session from one request to the next', async () => {
    const { store } = createMemoryStore();
    const browser = createBrowser(
      sessionHandler<Visits>(
        (request, session) => {
          session.update('visits', (visits = 0) => visits + 1);
          expect(getSession<Visits>(request)).toBe(session);
          return Response.json(session.get('visits'));
        },
        { store },
      ),
    );
    expect(await (await browser.visit()).json()).toBe(1);
    expect(await (await browser.visit()).json()).toBe(2);
  });

  it("passes the runtime's other arguments on to the handler and to waitUntil", async () => {
    const { store } = createMemoryStore();
    const work: Promise<void>[] = [];
    interface Runtime {
      waitUntil(promise: Promise<void>): void;
    }
    const handler = sessionHandler<Visits, [{ NAME: string }, Runtime]>(
      (_request, _session, env) => new Response(env.NAME),
      { store, random: () => 0, waitUntil: (promise, _request, _env, runtime) => runtime.waitUntil(promise) },
    );
    const response = await handler(
      new Request('https://shop.example'),
      { NAME: 'shop' },
      { waitUntil: (promise) => work.push(promise) },
    );
    expect([await response.text(), work.length]).toEqual(['shop', 1]);
    await Promise.all(work);
  });

  it('sets the cookie on a response whose headers are immutable', async () => {
    const { store } = createMemoryStore();
    const handler = sessionHandler(
      (_request, session) => {
        session.set('a', 1);
        return Response.redirect('https://shop.example/next', 303);
      },
      { store },
    );
    const response = await handler(new Request('https://shop.example'));
    expect([
      response.status,
      response.headers.get('Location'),
      response.headers.getSetCookie().length,
    ]).toEqual([303, 'https://shop.example/next', 1]);
  });

  it('leaves no cookie on a response object that the application reuses', async () => {
    const { store } = createMemoryStore();
    const nothing = new Response(null, { status: 204 });
    const handler = sessionHandler(
      (_request, session) => {
        session.set('a', 1);
        return nothing;
      },
      { store },
    );
    const responses = [
      await handler(new Request('https://a.example')),
      await handler(new Request('https://b.example')),
    ];
    expect(nothing.headers.getSetCookie()).toEqual([]);
    for (const response of responses) expect(response.headers.getSetCookie()).toHaveLength(1);
  });

  it('saves what a streaming body changes in a stored session', async () => {
    const { store } = createMemoryStore();
    const events: SessionEvent[] = [];
    const work: Promise<void>[] = [];
    const stream = (session: Session) =>
      new ReadableStream(
        {
          pull(controller) {
            session.set('streamed', true);
            controller.enqueue(new TextEncoder().encode('chunk'));
            controller.close();
          },
        },
        // Nothing is pulled until the body is read, so the headers have been sent by then.
        { highWaterMark: 0 },
      );
    const browser = createBrowser(
      sessionHandler(
        (request, session) => {
          if (request.url.endsWith('/stream')) return new Response(stream(session));
          session.set('a', 1);
          return Response.json(session.all());
        },
        {
          store,
          random: () => 1,
          onEvent: (event) => events.push(event),
          waitUntil: (promise) => work.push(promise),
        },
      ),
    );
    await browser.visit('/');
    expect(await (await browser.visit('/stream')).text()).toBe('chunk');
    await Promise.all(work);
    expect(events.at(-1)).toMatchObject({ type: 'late-save', outcome: 'updated' });
    expect(await (await browser.visit('/')).json()).toEqual({ a: 1, streamed: true });
  });

  it.each([
    ['Response.error()', () => Response.error()],
    ['an upgrade', () => Object.defineProperty(new Response(), 'status', { value: 101 })],
    ['nothing', () => undefined as never],
    ['a value that is not a response', () => ({ upgraded: true }) as never],
  ])('returns %s unchanged, and the event reports that no cookie was sent', async (_, make) => {
    const events: SessionEvent[] = [];
    const { store } = createMemoryStore();
    const made: Response = make();
    const handler = sessionHandler(
      (_request, session) => {
        session.set('a', 1);
        return made;
      },
      { store, random: () => 1, onEvent: (event) => events.push(event) },
    );
    expect(await handler(new Request('https://shop.example'))).toBe(made);
    expect(made?.headers?.getSetCookie() ?? []).toEqual([]);
    expect(events).toMatchObject([{ outcome: expect.any(String), cookie: 'skipped', reason: 'no-headers' }]);
  });

  it('sets the cookie on an object that resembles a Response but lacks getSetCookie', async () => {
    const { store } = createMemoryStore();
    const headers = new Map<string, string>();
    const response = {
      status: 200,
      headers: {
        get: (key: string) => headers.get(key) ?? null,
        set: (key: string, value: string) => headers.set(key, value),
        append: (key: string, value: string) => headers.set(key, value),
      },
      body: 'ok',
    };
    const handler = sessionHandler(
      (_request, session) => {
        session.set('n', 1);
        return response as never;
      },
      { store },
    );
    await handler(new Request('https://shop.example/'));
    expect(headers.get('Set-Cookie')).toMatch(/^__Host-session=/);
  });

  it('reads no more of a response than it needs, since reading body or type makes @hono/node-server create a stream', async () => {
    const { store } = createMemoryStore();
    const asked: string[] = [];
    const handler = sessionHandler<Visits>(
      (_request, session) => {
        session.get('visits');
        return new Proxy(new Response('ok'), {
          get(target, name) {
            asked.push(String(name));
            return Reflect.get(target, name, target);
          },
        });
      },
      { store },
    );
    await handler(new Request('https://shop.example'));
    expect(asked.filter((name) => !['then', 'headers', 'status'].includes(name))).toEqual([]);
  });

  it('rejects invalid options before any request', () => {
    const wrong = {
      store: {},
      touchAfter: -1,
      peek: 'yes',
      onStoreFailure: 'ignore',
      timeout: 0,
      gcProbability: 2,
      random: 1,
      onEvent: 'log',
      schema: {},
    };
    for (const [option, value] of Object.entries(wrong)) {
      expect(() => sessionHandler(() => new Response(), { [option]: value } as never)).toThrow(
        expect.objectContaining({
          code: 'INVALID_OPTION',
          message: expect.stringContaining(`] ${option} must be`),
        }),
      );
    }
  });

  it('says what to do about a request without a session', () => {
    expect(() => getSession(new Request('https://shop.example'))).toThrow(/Mount the session middleware/);
  });
});
