import { once } from 'node:events';
import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { inject } from 'light-my-request';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createMemoryStore } from '../../test/memory-store.ts';
import { createTestSession, readSession, type SessionEvent } from '../index.ts';
import { getSession, sessionHandler, sessionMiddleware } from '../node.ts';
import { holdResponse } from './held-response.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe.each([
  ['a synchronous store', false],
  ['a remote store', true],
])('a session on %s', (_, isRemote) => {
  it.each(['polling', 'websocket'])('is read by Socket.IO over %s', async (transport) => {
    const { store } = createMemoryStore({}, isRemote);
    const cookie = await createTestSession(store, { name: 'Ada' }, { subject: 'ada' });
    const server = createServer();
    const sockets = new Server(server);
    sockets.engine.use(sessionMiddleware({ store, touchAfter: 0 }));
    sockets.on('connection', (socket) => {
      socket.emit('who', getSession(socket.request).subject);
    });
    const port = await listen(server);
    ends.push(() => sockets.close());
    const client = io(`http://127.0.0.1:${port}`, {
      transports: [transport],
      extraHeaders: { cookie },
      reconnection: false,
    });
    ends.push(() => client.close());
    expect(await new Promise((resolve) => client.once('who', resolve))).toBe('ada');
  });

  it('is read by Socket.IO when it starts with polling and upgrades to a WebSocket', async () => {
    const { store } = createMemoryStore({}, isRemote);
    const cookie = await createTestSession(store, {}, { subject: 'ada' });
    const server = createServer();
    const sockets = new Server(server);
    sockets.engine.use(sessionMiddleware({ store, touchAfter: 0 }));
    const subjects: unknown[] = [];
    sockets.on('connection', (socket) => {
      socket.on('who', (answer: (subject?: string) => void) => answer(getSession(socket.request).subject));
      socket.conn.once('upgrade', () => subjects.push(getSession(socket.request).subject));
    });
    const port = await listen(server);
    ends.push(() => sockets.close());
    const client = io(`http://127.0.0.1:${port}`, { extraHeaders: { cookie }, reconnection: false });
    ends.push(() => client.close());
    await once(client.io.engine as never, 'upgrade');
    expect(await client.emitWithAck('who')).toBe('ada');
    await expect.poll(() => subjects).toEqual(['ada']);
  });

  it('is read on a WebSocket upgrade, by readSession or with an empty object as the response', async () => {
    const { store } = createMemoryStore({}, isRemote);
    const cookie = await createTestSession(store, {}, { subject: 'ada' });
    const middleware = sessionMiddleware({ store });
    const server = createServer();
    const sockets = new WebSocketServer({ noServer: true });
    server.on('upgrade', async (request, socket, head) => {
      const session = await readSession(request, { store });
      await new Promise<void>((resolve) => void middleware(request, {} as ServerResponse, () => resolve()));
      sockets.handleUpgrade(request, socket, head, (open) => {
        open.send(`${session.subject} ${getSession(request).subject}`);
      });
    });
    const port = await listen(server);
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { headers: { cookie } });
    ends.push(() => client.terminate());
    const [message] = await once(client, 'message');
    expect(String(message)).toBe('ada ada');
  });

  it('is written with light-my-request, and with a response without a socket', async () => {
    const { store } = createMemoryStore({}, isRemote);
    const handler = sessionHandler(
      (_request, response, session) => {
        session.set('n', 1);
        response.end('ok');
      },
      { store },
    );
    const answer = await inject(handler as never, { method: 'GET', url: '/' });
    expect([answer.statusCode, answer.payload, answer.headers['set-cookie']]).toEqual([
      200,
      'ok',
      expect.anything(),
    ]);
    const request = {
      headers: {},
      method: 'GET',
      url: '/',
      httpVersionMajor: 1,
      httpVersionMinor: 1,
      socket: {},
    };
    const response = new ServerResponse(request as unknown as IncomingMessage);
    handler(request as unknown as IncomingMessage, response as never);
    await expect.poll(() => store.count()).toBe(2);
  });
});

describe('an object that only resembles a response', () => {
  it('is supported as far as possible', () => {
    const hooks = { commit: () => 1, apply() {}, beforeEnd: () => undefined, onFailure() {} };
    const frozen = Object.freeze({ end() {}, writeHead() {} });
    const proxy = new Proxy({ end: () => 'ended', write: () => true } as { end(): unknown }, {});
    for (const object of [{}, frozen, proxy, { end: 7 }, Object.create(null)]) holdResponse(object, hooks);
    expect(() => proxy.end()).not.toThrow();
  });
});

describe('an HTTP/2 response sent through its stream', () => {
  it('goes out without the session, and an event reports it', async () => {
    const { store } = createMemoryStore();
    const events: SessionEvent[] = [];
    const handler = sessionHandler(
      (_request, response, session) => {
        session.set('n', 1);
        const { stream } = response as unknown as { stream: import('node:http2').ServerHttp2Stream };
        stream.respond({ ':status': 200 });
        stream.end('past');
      },
      { store, onEvent: (event) => events.push(event), onError() {} },
    );
    const server = createHttp2Server(handler as never);
    const port = await listen(server as never);
    const client = connectHttp2(`http://127.0.0.1:${port}`);
    ends.push(() => client.destroy());
    const stream = client.request({ ':path': '/' });
    let body = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    await once(stream, 'close');
    expect(body).toBe('past');
    expect(events.map(({ type, outcome }) => [type, outcome])).toContainEqual(['bypassed', 'lost']);
  });
});
