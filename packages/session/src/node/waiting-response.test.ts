import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { type NodeHandlerOptions, type Session, sessionHandler } from '../node.ts';

type Write = (response: ServerResponse, session: Session, request: IncomingMessage) => unknown;

/** A server whose handler changes its session, so that its response must wait for the store. */
async function serveChanged(write: Write, options: Partial<NodeHandlerOptions> = {}) {
  const { store, records } = createMemoryStore({}, true);
  const served = await serve(
    sessionHandler(
      async (request, response, session) => {
        session.update('count', (count) => Number(count ?? 0) + 1);
        await write(response, session, request);
      },
      { store, random: () => 1, ...options },
    ),
  );
  return { ...served, store, records };
}

const block = 'x'.repeat(64 * 1024);

describe('a response that waits for its session', () => {
  it('sends a streamed body completely and in order', async () => {
    const { send } = await serveChanged(async (response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      for (const part of ['one ', 'two ', 'three']) response.write(part);
      response.end('.');
    });
    const answer = await send('/');
    expect([answer.body, answer.headers['content-type'], answer.setCookies.length]).toEqual([
      'one two three.',
      'text/plain',
      1,
    ]);
  });

  it('keeps backpressure: 8 MB from a pipe arrive complete', async () => {
    const { send } = await serveChanged((response) =>
      pipeline(Readable.from(Array.from({ length: 128 }, () => block)), response),
    );
    expect((await send('/')).body.length).toBe(128 * block.length);
  });

  it('buffers as much as Node would while it waits, then returns false from write and emits drain later', async () => {
    const seen: unknown[] = [];
    const { send } = await serveChanged(async (response) => {
      seen.push(response.write('a'), response.write(block), response.write(block));
      await once(response, 'drain');
      seen.push(response.write('b'));
      await new Promise<void>((resolve) => response.end('c', () => resolve()));
      seen.push('ended');
    });
    expect((await send('/')).body).toBe(`a${block}${block}bc`);
    await expect.poll(() => seen).toEqual([true, false, false, true, 'ended']);
  });

  it('calls the callbacks of write and end', async () => {
    const seen: string[] = [];
    const { send } = await serveChanged((response) => {
      response.write('a', 'utf8', () => seen.push('written'));
      response.end('b', () => seen.push('ended'));
    });
    expect((await send('/')).body).toBe('ab');
    await expect.poll(() => seen).toEqual(['written', 'ended']);
  });

  it('sends the headers on flushHeaders, before any body', async () => {
    const { port } = await serveChanged(async (response, _session, request) => {
      response.setHeader('X-Early', 'yes');
      response.flushHeaders();
      await once(request.socket, 'close');
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [head] = await once(socket, 'data');
    expect(String(head)).toMatch(/x-early: yes[\s\S]*set-cookie: session=/i);
    socket.destroy();
  });

  const forms: [string, (response: ServerResponse) => void][] = [
    ['an object', (response) => response.writeHead(201, { 'X-A': '1', 'Set-Cookie': ['a=1', 'b=2'] })],
    [
      'a message and an object',
      (response) => response.writeHead(201, 'Made', { 'X-A': '1', 'Set-Cookie': ['a=1', 'b=2'] }),
    ],
    [
      'a flat list',
      (response) => response.writeHead(201, ['X-A', '1', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']),
    ],
  ];
  for (const [name, writeHead] of forms) {
    it(`adds its cookie to those of writeHead given ${name}`, async () => {
      const { send } = await serveChanged((response) => {
        response.setHeader('X-A', 'overwritten');
        writeHead(response);
        response.end();
      });
      const answer = await send('/');
      expect([answer.status, answer.headers['x-a']]).toEqual([201, '1']);
      expect(answer.setCookies.map((value) => value.split('=')[0])).toEqual(['a', 'b', 'session']);
    });
  }

  it('throws what Node throws for an invalid call, at the line of the call', async () => {
    const codes: unknown[] = [];
    const attempt = (work: () => unknown) => {
      try {
        work();
      } catch (error) {
        codes.push((error as { code: string }).code);
      }
    };
    const { send } = await serveChanged((response) => {
      attempt(() => response.write(7 as never));
      attempt(() => response.writeHead(99));
      attempt(() => response.writeHead(200, { 'X-A': 'a\nb' }));
      response.write('begun');
      attempt(() => response.writeHead(404, { 'X-A': '1' }));
      response.end();
    });
    expect((await send('/')).body).toBe('begun');
    expect(codes).toEqual([
      'ERR_INVALID_ARG_TYPE',
      'ERR_HTTP_INVALID_STATUS_CODE',
      'ERR_INVALID_CHAR',
      'ERR_HTTP_HEADERS_SENT',
    ]);
  });

  it('sends no body with 204', async () => {
    const { send } = await serveChanged((response) => response.writeHead(204).end());
    const answer = await send('/');
    expect([answer.status, answer.body, answer.setCookies.length]).toEqual([204, '', 1]);
  });

  it('saves the session even if the client disconnects while it waits', async () => {
    let resume: (() => void) | undefined;
    const events: string[] = [];
    const { port, records } = await serveChanged(
      async (response, _session, request) => {
        const closed = once(request.socket, 'close');
        resume?.();
        await closed;
        response.end('never read');
      },
      { onEvent: ({ outcome }) => events.push(outcome) },
    );
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    const reached = new Promise<void>((resolve) => {
      resume = resolve;
    });
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await reached;
    socket.destroy();
    await expect.poll(() => events).toEqual(['created']);
    expect(records.size).toBe(1);
  });

  it('saves what a stream changed when its client disconnects', async () => {
    const events: string[] = [];
    let begun = () => {};
    const { store } = createMemoryStore({}, true);
    const { browser, port } = await serve(
      sessionHandler(
        async (request, response, session) => {
          if (request.url !== '/stream') {
            if (session.isNew) session.set('a', 1);
            return void response.end(JSON.stringify(session.all()));
          }
          response.write('begun');
          session.set('streamed', true);
          begun();
          await once(response, 'close');
        },
        { store, random: () => 1, onEvent: ({ type, outcome }) => events.push(`${type} ${outcome}`) },
      ),
    );
    const { visit, header } = browser();
    await visit();
    const socket = connect(port, '127.0.0.1');
    const reached = new Promise<void>((resolve) => {
      begun = resolve;
    });
    socket.write(`GET /stream HTTP/1.1\r\nHost: localhost\r\nCookie: ${header()}\r\n\r\n`);
    await reached;
    socket.destroy();
    await expect.poll(() => events.at(-1)).toBe('late-save updated');
    expect(JSON.parse((await visit()).body)).toEqual({ a: 1, streamed: true });
  });

  it('drops late changes of a handler that then throws, and cuts the response off', async () => {
    const { store } = createMemoryStore({}, true);
    const { browser } = await serve(
      sessionHandler(
        (request, response, session) => {
          if (request.url !== '/throw') {
            if (session.isNew) session.set('a', 1);
            return void response.end(JSON.stringify(session.all()));
          }
          response.write('begun');
          session.set('late', true);
          throw new Error('on purpose');
        },
        { store, random: () => 1, onError: () => {} },
      ),
    );
    const { visit } = browser();
    await visit();
    await expect(visit('/throw')).rejects.toThrow();
    expect(JSON.parse((await visit()).body)).toEqual({ a: 1 });
  });

  it('ends even if its late changes cannot be saved, after a 5xx or because the session has ended', async () => {
    const { store } = createMemoryStore({}, true);
    const { browser } = await serve(
      sessionHandler(
        async (request, response, session) => {
          if (request.url === '/ended') await store.destroy(session.id);
          session.set('a', request.url ?? '');
          response.statusCode = request.url === '/broken' ? 500 : 200;
          response.write('begun');
          session.set('late', request.url ?? '');
          response.end(' ended');
        },
        { store, random: () => 1 },
      ),
    );
    const { visit } = browser();
    await visit();
    expect((await visit('/broken')).body).toBe('begun ended');
    expect((await visit('/ended')).body).toBe('begun ended');
  });

  it('accepts byte arrays from another realm, as test runners create them', async () => {
    const foreign = runInNewContext('new Uint8Array([111, 107])') as Uint8Array;
    const { send } = await serveChanged((response) => void response.end(foreign));
    const answer = await send('/');
    expect([answer.body, answer.setCookies.length]).toEqual(['ok', 1]);
  });

  it('leaves no listeners on its connection, however many requests use it', async () => {
    const counts: number[] = [];
    const { send } = await serveChanged((response, _session, { socket }) => {
      const names = socket.eventNames();
      counts.push(names.reduce((sum, name) => sum + socket.listenerCount(name), 0));
      response.end('ok');
    });
    for (let request = 0; request < 10; request += 1) await send('/');
    expect(new Set(counts.slice(1)).size).toBe(1);
  });

  it('arrives complete even if the server is closed while it waits', async () => {
    let close = () => {};
    const { send, server } = await serveChanged((response) => {
      response.write('one ');
      close();
      response.end('two');
    });
    close = () => server.close();
    const answer = await send('/');
    expect([answer.status, answer.body, answer.setCookies.length]).toEqual([200, 'one two', 1]);
  });

  it('keeps the order of two requests on one connection', async () => {
    const { port } = await serveChanged((response, _session, request) => response.end(request.url));
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.write('GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(() => received).toMatch(/\/1[\s\S]*HTTP\/1.1 200 OK[\s\S]*\/2/);
    socket.destroy();
  });
});
