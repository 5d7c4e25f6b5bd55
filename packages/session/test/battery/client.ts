import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { createCookieJar } from '../browser.ts';
import { within } from './within.ts';

export interface Ask {
  method?: 'GET' | 'POST' | 'HEAD';
  headers?: { [name: string]: string };
}

/** The beginning of a response, before its body. */
export interface Begun {
  status: number;
  headers: IncomingMessage['headers'];
  setCookies: string[];
  /** The names of the cookies it sets. */
  cookies: string[];
  /** Resolves once the body so far is at least this long. */
  received(length: number): Promise<string>;
  /** Whether nothing more can arrive. */
  isOver(): boolean;
  /** The complete body, and whether it ended properly or was cut off. */
  rest(): Promise<{ body: string; isWhole: boolean }>;
}

/** A whole response. */
export interface Answer extends Omit<Begun, 'received' | 'isOver' | 'rest'> {
  body: string;
  isWhole: boolean;
}

export interface Browser {
  /** Name to value. */
  cookies: Map<string, string>;
  begin(path: string, ask?: Ask): Promise<Begun>;
  visit(path: string, ask?: Ask): Promise<Answer>;
  /** Visits a page that must redirect, and follows the redirect. */
  follow(path: string, ask?: Ask): Promise<Answer>;
  /** Sends a request on a separate connection. The returned function closes it without waiting for a response. */
  beginAndLeave(path: string): () => Promise<void>;
  /** The value of the session cookie; `undefined` if the browser has none. */
  session(): string | undefined;
}

/** Talks to a server over real sockets, which are kept open between requests as browsers do. */
export class Client {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(port: number) {
    this.#port = port;
  }

  #request(path: string, { method = 'GET', headers = {} }: Ask): ClientRequest {
    const outgoing = request({
      port: this.#port,
      host: '127.0.0.1',
      path,
      method,
      headers,
      agent: this.#agent,
    });
    outgoing.end();
    return outgoing;
  }

  begin(path: string, ask: Ask = {}): Promise<Begun> {
    const outgoing = this.#request(path, ask);
    const begun = new Promise<Begun>((resolve, reject) => {
      // This listener stays: on some runtimes, a response that is cut off also emits an error on the request.
      outgoing.on('error', reject);
      outgoing.once('response', (incoming) => resolve(readResponse(incoming)));
    });
    return within(begun, `a response to ${path}`);
  }

  /** A browser with separate cookies. */
  browser(): Browser {
    const jar = createCookieJar();
    const withCookies = (ask: Ask): Ask => {
      const cookie = jar.header();
      return { ...ask, headers: { ...(cookie && { cookie }), ...ask.headers } };
    };
    const begin = async (path: string, ask: Ask = {}) => {
      const begun = await this.begin(path, withCookies(ask));
      jar.keep(begun.setCookies);
      return begun;
    };
    const visit = async (path: string, ask: Ask = {}): Promise<Answer> => {
      const { received: _, isOver: __, rest, ...head } = await begin(path, ask);
      return { ...head, ...(await rest()) };
    };
    return {
      cookies: jar.cookies,
      begin,
      visit,
      async follow(path, ask) {
        const { status, headers } = await visit(path, ask);
        if (status !== 303 || !headers.location) throw new Error(`${path} is no redirect, but ${status}`);
        return visit(pathOf(headers.location) as string);
      },
      beginAndLeave: (path) => {
        const socket = connect(this.#port, '127.0.0.1');
        const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
        socket.on('error', () => {});
        socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${jar.header()}\r\n\r\n`);
        return () => {
          socket.destroy();
          return within(closed, 'the connection closes');
        };
      },
      session: () => jar.cookies.get('session'),
    };
  }

  close(): void {
    this.#agent.destroy();
  }
}

function readResponse(incoming: IncomingMessage): Begun {
  let body = '';
  let isEnded = false;
  let isOver = false;
  const watchers = new Set<() => void>();
  const notify = () => {
    for (const watcher of [...watchers]) watcher();
  };
  const over = () => {
    isOver = true;
    notify();
  };
  incoming.setEncoding('utf8');
  incoming.on('data', (chunk: string) => {
    body += chunk;
    notify();
  });
  incoming.on('end', () => {
    isEnded = true;
    over();
  });
  for (const event of ['aborted', 'error', 'close']) incoming.on(event, over);

  const until = (isReached: () => boolean, what: string) =>
    within(
      new Promise<void>((resolve) => {
        const check = () => {
          if (!isReached()) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      }),
      what,
    );
  const setCookies = incoming.headers['set-cookie'] ?? [];
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    setCookies,
    cookies: namesOf(setCookies),
    async received(length) {
      await until(() => body.length >= length || isOver, `${length} characters of the body`);
      return body;
    },
    isOver: () => isOver,
    async rest() {
      await until(() => isOver, 'the end of the response');
      return { body, isWhole: isEnded && incoming.complete };
    },
  };
}

/** The names of cookies, in alphabetical order. */
export function namesOf(setCookies: readonly string[]): string[] {
  return setCookies.map((line) => line.slice(0, line.indexOf('='))).sort();
}

/** The path of a `Location`, which may be absolute, as from `Response.redirect`. */
export function pathOf(location: string | undefined): string | undefined {
  return location && new URL(location, 'http://127.0.0.1').pathname;
}
