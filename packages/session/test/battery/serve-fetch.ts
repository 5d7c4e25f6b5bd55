import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Running } from './framework.ts';

type Fetch = (request: Request) => Response | Promise<Response>;

interface OtherRuntimes {
  Bun?: {
    serve(options: object): { port: number; stop(closeConnections: boolean): Promise<void> };
  };
  Deno?: {
    serve(options: object, handler: Fetch): { addr: { port: number }; shutdown(): Promise<void> };
  };
}

/** Serves a fetch handler with the runtime's server: `Bun.serve`, `Deno.serve`, or `@hono/node-server` on Node. */
export async function serveFetch(fetch: Fetch): Promise<Running> {
  const { Bun, Deno } = globalThis as OtherRuntimes;
  if (Bun) {
    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch,
      error: () => new Response('Internal Server Error', { status: 500 }),
    });
    return { port: server.port, close: () => server.stop(true) };
  }
  if (Deno) {
    const ended = new AbortController();
    const server = Deno.serve(
      {
        port: 0,
        hostname: '127.0.0.1',
        signal: ended.signal,
        onListen() {},
        onError: () => new Response('Internal Server Error', { status: 500 }),
      },
      fetch,
    );
    return {
      port: server.addr.port,
      async close() {
        ended.abort();
        await (server as unknown as { finished: Promise<void> }).finished;
      },
    };
  }
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1' });
  if (!server.listening) await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      (server as { closeAllConnections?(): void }).closeAllConnections?.();
      await closed;
    },
  };
}

/** A request without a socket. */
export async function injectFetch(
  fetch: Fetch,
  path: string,
  headers: { [name: string]: string },
): ReturnType<NonNullable<Running['inject']>> {
  const answer = await fetch(new Request(`http://127.0.0.1${path}`, { headers }));
  return { status: answer.status, setCookies: answer.headers.getSetCookie(), body: await answer.text() };
}

/** A body that streams a generator's chunks. */
export function streamOf(chunks: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}
