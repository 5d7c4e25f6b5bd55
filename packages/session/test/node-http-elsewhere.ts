// A node:http server on a runtime other than Node, whose handlers respond twice, late and in parts. Prints what its clients received.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { createStore, type SessionContent } from '@store/core';
import { type NodeHandler, sessionHandler } from '@store/session/node';

const kept = new Map<string, SessionContent>();
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
const isFailing = { value: false };
const store = createStore({
  load: (id) => kept.get(id),
  async save(id, data, flash) {
    await pause();
    if (isFailing.value) throw new Error('out of order');
    kept.set(id, { data, flash });
  },
  destroy: (id) => void kept.delete(id),
  gc: () => 0,
});

const handlers: { [path: string]: NodeHandler<{ n: number }> } = {
  '/ends': (_, response) => void response.end('whole'),
  '/writes': (_, response) => {
    response.writeHead(201, { 'X-A': '1' });
    response.write('one ');
    response.end('two');
  },
  '/ends-twice': (_, response) => void response.end('first').end('second'),
  '/late-header': (_, response) => {
    response.end('first');
    response.setHeader('X-Late', '1');
  },
  '/late-head': (_, response) => {
    response.end('first');
    response.writeHead(500);
  },
  '/late-error': async (_, response) => {
    response.end('first');
    await pause();
    throw new Error('on purpose');
  },
  '/nothing': (_, response) => void response.writeHead(204).end(),
};

const seen: { [path: string]: unknown } = {};
const server = createServer(
  sessionHandler<{ n: number }>(
    (request, response, session) => {
      session.set('n', 1);
      return handlers[request.url ?? '']?.(request, response, session);
    },
    { store, onError() {} },
  ),
);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as { port: number };

/** Status, number of cookies and body, and whether a header that was set late arrived. */
async function ask(path: string): Promise<unknown[]> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.on('error', () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  await once(socket, 'close');
  const [head = '', body = ''] = received.split('\r\n\r\n');
  const cookies = head.match(/^set-cookie: /gim)?.length ?? 0;
  // Omits the size lines of chunked encoding.
  const text = body.split('\r\n').filter((line) => !/^[\da-f]*$/.test(line));
  return [head.split(' ')[1], cookies, text.join(''), ...(/^x-late: /im.test(head) ? ['late header'] : [])];
}

for (const path of Object.keys(handlers)) seen[path] = await ask(path);
isFailing.value = true;
for (const path of ['/ends', '/writes', '/ends-twice']) seen[`failing ${path}`] = await ask(path);
console.log(`report ${JSON.stringify(seen)}`);
process.exit(0);
