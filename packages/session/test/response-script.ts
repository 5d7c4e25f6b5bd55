import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer, request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { certificate } from './certificate.ts';

/** One thing a handler does to a response. `pause` lets whatever waits go on. */
export type Step =
  | { do: 'pause' }
  | { do: 'writeHead'; args: unknown[] }
  | { do: 'flushHeaders' }
  | { do: 'setHeader' | 'appendHeader'; args: [string, string] }
  | { do: 'removeHeader'; args: [string] }
  | { do: 'statusCode'; args: [number] }
  | { do: 'write' | 'end'; args: unknown[] }
  | { do: 'pipe'; args: [string[]] }
  | { do: 'destroy' };

export type Transport = 'http' | 'https' | 'http2';

/** What could be seen of a response, from inside and from the client. */
export interface Seen {
  steps: string[];
  events: string[];
  client: unknown;
}

/**
 * Serves one response by a script.
 *
 * @param prepare Called with the response first: what is to be compared with leaving it as it is.
 */
export async function runScript(
  transport: Transport,
  script: readonly Step[],
  prepare: (response: ServerResponse) => void,
): Promise<Seen> {
  const steps: string[] = [];
  const events: string[] = [];
  let finished = () => {};
  const isDone = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const handle = async (_request: IncomingMessage, response: ServerResponse) => {
    prepare(response);
    response.on('error', (error) => events.push(`error ${codeOf(error)}`));
    for (const event of ['finish', 'close'] as const) response.on(event, () => events.push(event));
    for (const step of script) {
      if (step.do === 'pause') await pause();
      else steps.push(`${step.do}: ${perform(response, step, events)} ${stateOf(response)}`);
    }
    await pause();
    try {
      if (!response.writableEnded && !response.destroyed) response.end();
    } catch {
      response.destroy();
    }
    finished();
  };
  const server =
    transport === 'http2'
      ? createHttp2Server(handle as never)
      : transport === 'https'
        ? createHttpsServer(certificate, handle)
        : createHttpServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const client = transport === 'http2' ? await overHttp2(port) : await overHttp1(transport, port);
    await isDone;
    await pause();
    return { steps, events, client };
  } finally {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  }
}

function perform(response: ServerResponse, step: Exclude<Step, { do: 'pause' }>, events: string[]): string {
  const told = (name: string) => (error?: unknown) => {
    events.push(`${name} callback ${error ? codeOf(error) : 'fine'}`);
  };
  try {
    switch (step.do) {
      case 'flushHeaders':
        response.flushHeaders();
        return 'done';
      case 'statusCode':
        [response.statusCode] = step.args;
        return 'done';
      case 'destroy':
        response.destroy();
        return 'done';
      case 'pipe':
        Readable.from(step.args[0]).pipe(response);
        return 'done';
      case 'write':
      case 'end': {
        const result = (response[step.do] as (...args: unknown[]) => unknown)(...step.args, told(step.do));
        // A write that waits is refused for now, as one over the high water mark is; both are followed by `drain`.
        return step.do === 'write' ? 'done' : result === response ? 'itself' : String(result);
      }
      default: {
        const result = (response[step.do] as (...args: unknown[]) => unknown)(...step.args);
        return result === response ? 'itself' : typeof result;
      }
    }
  } catch (error) {
    return `throws ${codeOf(error)}`;
  }
}

function stateOf(response: ServerResponse): string {
  return [response.headersSent && 'sent', response.writableEnded && 'ended'].filter(Boolean).join(' ');
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? error);
}

/** Long enough for whatever waits for turns of the event loop, not for time. */
async function pause(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const unimportant = /^(?:date|connection|keep-alive|x-held|:status)$/;

function kept(headers: object): [string, unknown][] {
  return Object.entries(headers)
    .filter(([name]) => !unimportant.test(name))
    .sort();
}

async function overHttp1(transport: 'http' | 'https', port: number): Promise<unknown> {
  const options = { port, host: '127.0.0.1', rejectUnauthorized: false, agent: false as const };
  const outgoing = transport === 'https' ? secureRequest(options) : request(options);
  outgoing.end();
  try {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const { statusCode, statusMessage, headers } = response;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) chunks.push(chunk);
    } catch {
      return { statusCode, statusMessage, headers: kept(headers), cut: true };
    }
    return { statusCode, statusMessage, headers: kept(headers), body: Buffer.concat(chunks).toString() };
  } catch {
    return 'no response';
  }
}

async function overHttp2(port: number): Promise<unknown> {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  const stream = session.request({ ':path': '/' });
  let status: unknown;
  let headers: object = {};
  stream.on('response', (received) => {
    status = received[':status'];
    headers = { ...received };
  });
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  let cut = false;
  stream.on('error', () => {
    cut = true;
  });
  await once(stream, 'close').catch(() => {});
  session.destroy();
  if (status === undefined) return 'no response';
  return cut ? { status, cut } : { status, headers: kept(headers), body: Buffer.concat(chunks).toString() };
}
