import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type RequestListener, request, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createCookieJar } from './browser.ts';

export interface HttpAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  rawHeaders: string[];
  setCookies: string[];
  body: string;
}

/** Serves on a real socket, over keep-alive connections, until the test ends. */
export async function serve(application: RequestListener | Server) {
  const server = application instanceof Server ? application : createServer(application);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  onTestFinished(async () => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** Sends one request over the wire, and returns the response's headers as received. */
  async function send(
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<HttpAnswer> {
    const { method = 'GET', headers = {}, body } = options;
    const outgoing = request({ port, host: '127.0.0.1', path, method, headers, agent });
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      rawHeaders: response.rawHeaders,
      setCookies: response.headers['set-cookie'] ?? [],
      body: Buffer.concat(chunks).toString(),
    };
  }

  /** A browser with separate cookies. */
  function browser() {
    const jar = createCookieJar();
    return {
      ...jar,
      async visit(path = '/', options: Parameters<typeof send>[1] = {}): Promise<HttpAnswer> {
        const cookie = jar.header();
        const answer = await send(path, {
          ...options,
          headers: { ...(cookie && { cookie }), ...options.headers },
        });
        jar.keep(answer.setCookies);
        return answer;
      },
    };
  }

  return { server, port, send, browser };
}
