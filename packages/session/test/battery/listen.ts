import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import inject from 'light-my-request';
import supertest from 'supertest';
import type { Injected, Running } from './framework.ts';

/** Serves a node:http request listener on a free port. */
export async function listen(listener: RequestListener): Promise<Running> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Sends a request as tests of Express and Koa applications do. */
export async function askWithSupertest(
  listener: RequestListener,
  path: string,
  headers: { [name: string]: string },
): Promise<Injected> {
  const { status, headers: received, text } = await supertest(listener).get(path).set(headers);
  const setCookies = received['set-cookie'] as unknown as string[] | undefined;
  return { status, setCookies: setCookies ?? [], body: text };
}

/** A request without a socket. */
export async function injectNode(
  listener: RequestListener,
  path: string,
  headers: { [name: string]: string },
): Promise<Injected> {
  const answer = await inject(listener as never, { method: 'GET', url: path, headers });
  return {
    status: answer.statusCode,
    setCookies: [answer.headers['set-cookie'] ?? []].flat(),
    body: answer.body,
  };
}
