import { once } from 'node:events';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import compress from '@fastify/compress';
import websocket from '@fastify/websocket';
import fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { type FastifySessionOptions, getSession, sessionPlugin } from '../fastify.ts';
import { createTestSession } from '../index.ts';

const text = 'a line of text that compresses well\n'.repeat(20_000);

/** An application with sessions; `site()` starts it on a real socket. */
function openApp(options: FastifySessionOptions = {}) {
  const behind = createMemoryStore();
  const app = fastify();
  app.register(sessionPlugin, { store: behind.store, gcProbability: 0, ...options });
  const site = async () => {
    await app.ready();
    return serve(app.server);
  };
  return { ...behind, app, site };
}

const fail = () => Promise.reject(new Error('disk full'));

describe('sessionPlugin', () => {
  it('gives request.session to the instance that registers it, and to its children', async () => {
    const { app, site } = openApp();
    app.get('/', async (request) => {
      expect(getSession(request)).toBe(request.session);
      expect(getSession(request.raw)).toBe(request.session);
      request.session.update('n', (n) => Number(n ?? 0) + 1);
      return request.session.get('n');
    });
    app.register(async (below) => {
      below.get('/below', async ({ session }) => session.get('n'));
    });
    const { visit } = (await site()).browser();
    await visit('/');
    await visit('/');
    expect((await visit('/below')).body).toBe('2');
  });

  it('leaves the routes of other instances alone when registered in one of them', async () => {
    const { store } = createMemoryStore();
    const app = fastify();
    app.get('/outside', async (request) => String('session' in request));
    app.register(async (inside) => {
      inside.register(sessionPlugin, { store });
      inside.get('/inside', async ({ session }) => String(session.isNew));
    });
    expect([(await app.inject('/outside')).body, (await app.inject('/inside')).body]).toEqual([
      'false',
      'true',
    ]);
  });

  it('provides a writable session in every later hook', async () => {
    const { app, records, site } = openApp();
    app.addHook('onRequest', async ({ session }) => session.set('onRequest', 1));
    app.addHook('preSerialization', async ({ session }, _reply, payload) => {
      session.set('preSerialization', 1);
      return payload;
    });
    app.addHook('onSend', async ({ session }) => session.set('onSend', 1));
    app.get('/', async ({ session }) => {
      session.set('handler', 1);
      return { ok: true };
    });
    app.get('/keys', async ({ session }) => Object.keys(session.all()));
    const { visit } = (await site()).browser();
    await visit('/');
    expect(JSON.parse((await visit('/keys')).body)).toEqual([
      'onRequest',
      'handler',
      'preSerialization',
      'onSend',
    ]);
    expect(records.size).toBe(1);
  });

  it('writes nothing when a hook after the handler, or the serializer, fails', async () => {
    const { app, records } = openApp();
    app.get('/hook', {
      onSend: async () => {
        throw Object.assign(new Error('teapot'), { statusCode: 418 });
      },
      handler: async ({ session }) => session.setSubject('ada'),
    });
    app.get('/serializer', async ({ session }, reply) => {
      session.setSubject('ada');
      reply.serializer(() => {
        throw new Error('on purpose');
      });
      return { ok: true };
    });
    for (const [path, status] of [
      ['/hook', 418],
      ['/serializer', 500],
    ] as const) {
      const answer = await app.inject(path);
      expect([answer.statusCode, answer.cookies]).toEqual([status, []]);
    }
    expect(records.size).toBe(0);
  });

  it('writes nothing when validation fails, or an error becomes a 4xx', async () => {
    const { app, records } = openApp();
    app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
      // A plain object, so that only the hook can tell that this is an error.
      reply.code(error.statusCode ?? 409).send({ refused: true });
    });
    app.addHook('onRequest', async ({ session }) => session.set('n', 1));
    const schema = { querystring: { type: 'object', required: ['q'] } };
    app.get('/validated', { schema }, async () => 'ok');
    app.get('/thrown', async () => {
      throw new Error('on purpose');
    });
    for (const [path, status] of [
      ['/validated', 400],
      ['/thrown', 409],
    ] as const) {
      const answer = await app.inject(path);
      expect([answer.statusCode, answer.json(), answer.cookies]).toEqual([status, { refused: true }, []]);
    }
    expect(records.size).toBe(0);
  });

  it('passes the error from an unreadable store to the error handler, where request.session throws', async () => {
    const { app, storage, store } = openApp();
    storage.read = fail;
    app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
      expect(() => request.session).toThrow('could not be loaded');
      reply.code(error.statusCode ?? 500).send('down');
    });
    app.get('/', async () => 'ok');
    const cookie = await createTestSession(store, { n: 1 });
    const answer = await app.inject({ url: '/', headers: { cookie } });
    expect([answer.statusCode, answer.body]).toEqual([503, 'down']);
  });

  it.each(['page', 'stream', 'redirect'])(
    'sends the response from the route’s error handler in place of a %s whose session cannot be written, compressed or not',
    async (kind) => {
      const { app, storage, site } = openApp();
      storage.insert = fail;
      const events: string[] = [];
      app.addHook('onError', async () => void events.push('onError'));
      app.addHook(
        'onResponse',
        async (_request, reply) => void events.push(`onResponse ${reply.statusCode}`),
      );
      const source = Readable.from([text]);
      await app.register(compress, { global: true });
      app.register(async (below) => {
        below.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
          reply.code(error.statusCode ?? 500).send({ from: 'below' });
        });
        below.get('/', async ({ session }, reply) => {
          session.set('n', 1);
          reply.header('ETag', '"1"').header('X-Frame-Options', 'DENY');
          if (kind === 'redirect') return reply.redirect('/elsewhere');
          return reply.type('text/plain').send(kind === 'page' ? text : source);
        });
      });
      const { send } = await site();
      for (const encoding of ['gzip', 'identity']) {
        const answer = await send('/', { headers: { 'accept-encoding': encoding } });
        expect([answer.status, answer.body]).toEqual([503, '{"from":"below"}']);
        expect(answer.headers).not.toHaveProperty('etag');
        expect(answer.headers).not.toHaveProperty('location');
        expect(answer.headers['x-frame-options']).toBe('DENY');
        expect(answer.setCookies).toEqual([]);
        if (kind === 'stream') break;
      }
      expect(events.slice(0, 2)).toEqual(['onError', 'onResponse 503']);
      if (kind === 'stream') expect(source.destroyed).toBe(true);
    },
  );

  it('sends the error without the trailers of a page whose session cannot be written', async () => {
    const { app, storage, site } = openApp();
    storage.insert = fail;
    app.get('/', async ({ session }, reply) => {
      session.set('n', 1);
      return reply.trailer('x-sum', async () => '1').send('page');
    });
    const answer = await (await site()).send('/');
    expect([answer.status, answer.headers.trailer, JSON.parse(answer.body).code]).toEqual([
      503,
      undefined,
      'UNAVAILABLE',
    ]);
  });

  it('responds in place of a hijacked response whose session cannot be written', async () => {
    const { app, storage, site } = openApp();
    storage.insert = fail;
    app.get('/', ({ session }, reply) => {
      session.set('n', 1);
      reply.hijack();
      reply.raw.writeHead(200, { 'Content-Type': 'text/html' });
      reply.raw.end('<p>hijacked');
    });
    const answer = await (await site()).send('/');
    expect([answer.status, answer.body, answer.setCookies]).toEqual([503, 'Service Unavailable', []]);
  });

  it('with lazy, calls the store only for routes that request the session', async () => {
    const { app, calls } = openApp({ lazy: true });
    app.get('/static', async () => 'file');
    app.get('/early', async ({ session }) => session.isNew);
    app.get('/page', async (request) => {
      await getSession(request);
      return String(request.session.isNew);
    });
    const headers = { cookie: `session=${'a'.repeat(43)}`, host: 'localhost' };
    await app.inject({ url: '/static', headers });
    expect(calls).toEqual([]);
    expect((await app.inject({ url: '/early', headers })).json().message).toContain(
      'await getSession(request)',
    );
    expect((await app.inject({ url: '/page', headers })).body).toBe('true');
    expect(calls).toEqual(['read']);
  });

  it('passes Fastify’s request to peek and onEvent', async () => {
    const routes: unknown[] = [];
    const { app } = openApp({
      peek: ({ routeOptions }) => routeOptions.url === '/peek',
      onEvent: (event, { routeOptions }) => void routes.push([event.outcome, routeOptions.url]),
    });
    for (const path of ['/peek', '/page']) app.get(path, async () => 'ok');
    for (const path of ['/peek', '/page']) await app.inject(path);
    expect(routes).toEqual([
      ['peeked', '/peek'],
      ['none', '/page'],
    ]);
  });
});

describe('sessionPlugin on an unusual response', () => {
  it('reads and saves the session of a WebSocket', async () => {
    const { app, store, site } = openApp();
    app.register(websocket);
    app.register(async (below) => {
      below.get('/', { websocket: true }, async (socket, { session }) => {
        session.set('seen', true);
        socket.send(JSON.stringify([session.get('name'), await session.save()]));
      });
    });
    const { port } = await site();
    const cookie = await createTestSession(store, { name: 'Ada' });
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { headers: { cookie } });
    onTestFinished(() => client.close());
    const [message] = await once(client, 'message');
    expect(JSON.parse(String(message))).toEqual(['Ada', true]);
    const id = cookie.split(/[=;]/)[1] as string;
    expect((await store.load(id)).data).toEqual({ name: 'Ada', seen: true });
  });

  it('sets the cookie, or sends the error, over HTTP/2', async () => {
    const { store, storage } = createMemoryStore();
    const app = fastify({ http2: true });
    app.register(sessionPlugin, { store, gcProbability: 0 });
    app.get('/', async ({ session }) => {
      session.set('n', 1);
      return { ok: true };
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => app.close());
    const { port } = app.server.address() as AddressInfo;
    const client = connect(`http://127.0.0.1:${port}`);
    onTestFinished(() => client.close());
    const ask = async () => {
      const stream = client.request({ ':path': '/' });
      const [headers] = await once(stream, 'response');
      stream.resume();
      await once(stream, 'end');
      return [headers[':status'], headers['set-cookie']?.length ?? 0];
    };
    expect(await ask()).toEqual([200, 1]);
    storage.insert = fail;
    expect(await ask()).toEqual([503, 0]);
  });
});
