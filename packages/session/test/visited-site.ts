import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createSessionId } from '@store/core';
import type { SessionCookieOptions } from '../src/cookie/cookie-options.ts';
import { sessionHandler } from '../src/node.ts';
import { createMemoryStore, createPlainCookieStore } from './memory-store.ts';

export type Data = { name: string; visited: boolean };

export const name = '__Host-session';
const clock = { now: Date.now() };
const timing = { now: () => clock.now };

const onServer = (isRemote: boolean) => () => {
  const { store, calls, records } = createMemoryStore(timing, isRemote);
  return { store, calls, records };
};
export const stores = [
  ['a synchronous store', onServer(false)],
  ['an asynchronous store', onServer(true)],
  [
    'a cookie store',
    () => ({ ...createPlainCookieStore(timing), calls: [] as string[], records: undefined }),
  ],
] as const;

/** Two users' sessions, and a site that responds with the name in a request's session. `/sign-up` writes to it. */
export async function openSite(open: (typeof stores)[number][1], cookie: SessionCookieOptions = {}) {
  const { store, calls, records } = open();
  const errors: unknown[] = [];
  const options = { store, gcProbability: 0, cookie: { insecureOnLoopback: false, ...cookie } };
  const listener = sessionHandler<Data>(
    (request, response, session) => {
      if (request.url === '/sign-up') session.set('visited', true);
      response.end(session.get('name') ?? 'nobody');
    },
    { ...options, onError: (error) => errors.push(error) },
  );
  const signIn = async (who: string) => {
    clock.now += 1000;
    const id = createSessionId();
    await store.save(id, { name: who }, {});
    return store.cookieValue(id, { name: who }, {});
  };
  const [eve, ada] = [await signIn('Eve'), await signIn('Ada')];
  calls.length = 0;
  return { store, options, calls, records, errors, listener, signIn, ada, eve };
}

export type Site = Awaited<ReturnType<typeof openSite>>;

/** Sends one request whose `Cookie` lines are transmitted byte for byte. */
export async function sendBytes(port: number, lines: readonly (string | Buffer)[], path = '/') {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n`);
  for (const line of lines) {
    socket.write('Cookie: ');
    socket.write(typeof line === 'string' ? Buffer.from(line, 'latin1') : line);
    socket.write('\r\n');
  }
  socket.write('\r\n');
  const response = await text(socket);
  const [head = '', ...body] = response.split('\r\n\r\n');
  return {
    status: Number(head.split(' ')[1]),
    body: body.join('\r\n\r\n'),
    setCookies: head.split('\r\n').filter((line) => /^set-cookie:/i.test(line)),
  };
}
