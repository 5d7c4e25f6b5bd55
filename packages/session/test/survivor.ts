// Serves requests whose handlers do everything wrong, with no listener for unhandled errors: node survivor.ts <store>
import { once } from 'node:events';
import { createReadStream, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { createStore, type SessionContent } from '@store/core';
import express, { type Request, type Response } from 'express';
import { getSession, sessionMiddleware } from '../src/express.ts';

type Handler = (request: Request, response: Response) => unknown;

const kept = new Map<string, SessionContent>();
const turn = () => new Promise((resolve) => setImmediate(resolve));
const stores: { [name: string]: (id: string, data: SessionContent['data']) => void | Promise<void> } = {
  immediate: (id, data) => void kept.set(id, { data, flash: {} }),
  slow: async (id, data) => {
    for (let turns = 0; turns < 5; turns += 1) await turn();
    kept.set(id, { data, flash: {} });
  },
  failing: async () => {
    await turn();
    throw new Error('out of order');
  },
  'failing immediately': () => {
    throw new Error('out of order');
  },
  hanging: () => new Promise(() => {}),
};

const handlers: { [name: string]: Handler } = {
  'one response': (_, response) => response.json({ ok: true }),
  'two responses': (_, response) => {
    response.redirect('/elsewhere');
    response.send('the second, which is longer');
  },
  'ends twice': (_, response) => response.end('first').end('second'),
  'writes after the end': (_, response) => {
    response.end('first');
    response.write('second');
  },
  'throws after the response': (_, response) => {
    response.json({ ok: true });
    throw new Error('on purpose');
  },
  'rejects after the response': async (_, response) => {
    response.json({ ok: true });
    await turn();
    throw new Error('on purpose');
  },
  'sets a header late': (_, response) => {
    response.end('first');
    response.setHeader('X-Late', '1');
  },
  'writes its head twice': (_, response) => {
    response.writeHead(200).writeHead(500);
  },
  'destroys after the end': (_, response) => void response.end('first').destroy(),
  'destroys the socket after the end': (request, response) => {
    response.end('first');
    request.socket.destroy();
  },
  'destroys after a write': (_, response) => {
    response.write('begun');
    response.destroy();
  },
  'destroys with an error': (_, response) => void response.destroy(new Error('on purpose')),
  'pipes a file': (_, response) => void createReadStream(import.meta.filename).pipe(response),
  'runs a file through a pipeline': (_, response) =>
    pipeline(createReadStream(import.meta.filename), response),
  'waits for drain in a loop': async (_, response) => {
    const block = Buffer.alloc(64 * 1024);
    for (let count = 0; count < 5; count += 1) if (!response.write(block)) await once(response, 'drain');
    response.end();
  },
};

const [name = ''] = process.argv.slice(2);
const write = stores[name];
if (!write) throw new Error(`no store is named ${name}`);
const store = createStore({
  load: (id) => kept.get(id),
  save: write,
  destroy: (id) => void kept.delete(id),
  gc: () => 0,
});

const app = express().set('env', 'test');
// Only a hanging store may run into its timeout, however slow the machine is.
const timeout = name === 'hanging' ? 0.05 : 30;
app.use(sessionMiddleware({ store, timeout }), (request, _response, next) => {
  getSession<{ seen: number }>(request).set('seen', 1);
  next();
});
for (const [path, handler] of Object.entries(handlers)) app.get(`/${encodeURIComponent(path)}`, handler);
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as { port: number };

/** The status lines that arrived; none if the connection was cut off first. */
async function ask(path: string, leaves: boolean): Promise<string[]> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    received += chunk;
  });
  socket.on('error', () => {});
  socket.write(`GET /${encodeURIComponent(path)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  if (leaves) socket.once('connect', () => setImmediate(() => socket.destroy()));
  await once(socket, 'close');
  return received.match(/^HTTP\/1\.1 \d+/gm) ?? [];
}

const openFiles = () => readdirSync('/proc/self/fd').length;
// A piped source stays open when the client disconnects, even in plain Node.
const leaving = Object.keys(handlers).filter((path) => path !== 'pipes a file');
const answers: { [name: string]: string[] } = {};
await ask('one response', false);
const before = openFiles();
for (const path of Object.keys(handlers)) answers[path] = await ask(path, false);
for (let round = 0; round < 5; round += 1) await Promise.all(leaving.map((path) => ask(path, true)));
// Resources left by disconnected clients are closed in later turns of the event loop.
for (let turns = 0; openFiles() > before && turns < 100_000; turns += 1) await turn();
const leaked = openFiles() - before;
server.close();
await once(server, 'close');
process.stdout.write(JSON.stringify({ answers, leaked }));
