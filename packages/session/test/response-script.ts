import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { certificate } from './certificate.ts';

/** One thing that a handler does to a response. `pause` lets waiting work continue. */
export type Step =
  | { do: 'pause' | 'flushHeaders' | 'cork' | 'uncork' | 'destroy' | 'destroySocket' | 'writeContinue' }
  | { do: 'statusCode'; args: [number] }
  | { do: 'statusMessage'; args: [string] }
  | { do: 'pipe'; args: [string[]] }
  | {
      do:
        | 'writeHead'
        | 'setHeader'
        | 'setHeaders'
        | 'appendHeader'
        | 'removeHeader'
        | 'addTrailers'
        | 'writeEarlyHints'
        | 'write'
        | 'end';
      args: unknown[];
    };

export type Transport = 'http' | 'https' | 'http2';

/** How the client makes its request. */
export interface Ask {
  method?: 'GET' | 'HEAD';
  /** Only over HTTP/1. */
  version?: '1.0' | '1.1';
  headers?: string[];
}

/** What was observed of a response, by its handler and by the client. */
export interface Seen {
  steps: string[];
  events: string[];
  client: unknown;
}

type Prepare = (response: ServerResponse) => void;

/** A server that plays scripts on its responses, any number at a time. */
export async function createStage(transport: Transport) {
  const plays = new Map<string, (response: ServerResponse) => void>();
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    plays.get(request.url ?? '')?.(response);
  const server =
    transport === 'http2'
      ? createHttp2Server(handle as never)
      : transport === 'https'
        ? createHttpsServer(certificate, handle)
        : createHttpServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let scripts = 0;

  /** @param prepare Called with the response before the script starts; sets up what is compared with an unmodified response. */
  async function play(script: readonly Step[], prepare: Prepare, ask: Ask = {}): Promise<Seen> {
    scripts += 1;
    const path = `/${scripts}`;
    const seen: Seen = { steps: [], events: [], client: undefined };
    const played = new Promise<void>((resolve) => {
      plays.set(path, (response) => {
        prepare(response);
        void perform(response, script, seen).then(resolve);
      });
    });
    seen.client = await (transport === 'http2'
      ? askHttp2(port, path, ask)
      : askHttp1(transport, port, path, ask, played));
    await played;
    plays.delete(path);
    return seen;
  }

  return {
    play,
    close() {
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
    },
  };
}

async function perform(response: ServerResponse, script: readonly Step[], seen: Seen): Promise<void> {
  response.on('error', (error) => seen.events.push(`error ${codeOf(error)}`));
  for (const event of ['finish', 'close'] as const) response.on(event, () => seen.events.push(event));
  for (const step of script) {
    if (step.do === 'pause') await pause();
    else seen.steps.push(`${step.do}: ${take(response, step, seen.events)} ${stateOf(response)}`);
  }
  await pause();
  try {
    if (!response.writableEnded && !response.destroyed) response.end();
  } catch {
    response.destroy();
  }
  await pause();
}

function take(response: ServerResponse, step: Step, events: string[]): string {
  const told = (name: string) => (error?: unknown) => {
    events.push(`${name} callback ${error ? codeOf(error) : 'fine'}`);
  };
  const call = (name: string, ...args: unknown[]): unknown =>
    (response as unknown as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args);
  try {
    switch (step.do) {
      case 'statusCode':
        [response.statusCode] = step.args;
        return 'done';
      case 'statusMessage':
        [response.statusMessage] = step.args;
        return 'done';
      case 'destroySocket':
        response.socket?.destroy();
        return 'done';
      case 'pipe':
        Readable.from(step.args[0]).pipe(response);
        return 'done';
      case 'flushHeaders':
      case 'cork':
      case 'uncork':
      case 'destroy':
      case 'writeContinue':
        call(step.do);
        return 'done';
      case 'write':
        // The boolean depends on how much room the socket's buffer has.
        call('write', ...step.args, told('write'));
        return 'done';
      case 'end': {
        const result = call('end', ...step.args, told('end'));
        return result === response ? 'itself' : String(result);
      }
      case 'pause':
        return '';
      default: {
        const result = call(step.do, ...step.args);
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

/** Long enough for work that waits for turns of the event loop rather than for time. */
async function pause(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The raw bytes without the date: a differently rendered head is a difference too. */
async function askHttp1(
  transport: Transport,
  port: number,
  path: string,
  { method = 'GET', version = '1.1', headers = [] }: Ask,
  played: Promise<void>,
): Promise<unknown> {
  const socket: Socket =
    transport === 'https'
      ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
      : connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    received += chunk;
  });
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write([`${method} ${path} HTTP/${version}`, 'Host: localhost', ...headers, '', ''].join('\r\n'));
  await played;
  // Everything the server has sent so far arrives before it reacts to our `end`.
  socket.end();
  await closed;
  return received.replace(/^Date: .*\r\n/gm, '').replace(/^X-Held: .*\r\n/gm, '');
}

async function askHttp2(port: number, path: string, { method = 'GET' }: Ask): Promise<unknown> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  const stream = session.request({ ':path': path, ':method': method });
  let status: unknown;
  let headers: object = {};
  stream.on('response', (received) => {
    const { ':status': code, date: _date, 'x-held': _held, ...others } = received;
    status = code;
    headers = others;
  });
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  let isCut = false;
  stream.on('error', () => {
    isCut = true;
  });
  await once(stream, 'close').catch(() => {});
  session.destroy();
  if (status === undefined) return 'no response';
  const sorted = Object.entries(headers).sort();
  return isCut ? { status, isCut } : { status, headers: sorted, body: Buffer.concat(chunks).toString() };
}
