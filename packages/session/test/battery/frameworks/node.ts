import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { sessionHandler } from '@store/session/node';
import { page } from '../acts.ts';
import type { Framework, Visitor } from '../framework.ts';
import { injectNode, listen } from '../listen.ts';

type Route = (session: Visitor, response: ServerResponse, parameter: string) => unknown;

const redirect = (response: ServerResponse) => response.writeHead(303, { Location: '/me' }).end();

export const nodeHandler: Framework = {
  name: 'node:http',
  without: {
    'error classes': 'errors do not carry a status',
    'error handlers': 'without error handlers, the 503 is a plain one',
    mounting: 'a handler is wrapped only once',
  },
  async start(options, acts, { isBare }) {
    const writesKey =
      (key: string, respond: (response: ServerResponse) => unknown): Route =>
      (session, response) => {
        acts.set(session, key);
        return respond(response);
      };
    const sendPage = (response: ServerResponse) => {
      response.statusCode = page.status;
      for (const [name, value] of Object.entries(page.headers)) response.setHeader(name, value);
      response.appendHeader('Set-Cookie', `${page.cookie.name}=${page.cookie.value}`);
      response.end(page.text);
    };
    const setKey: Route = (session, response, key) => {
      acts.set(session, key);
      response.end(key);
    };
    const routes: { [route: string]: Route } = {
      '/sign-in': (session, response, user) => {
        acts.signIn(session, user);
        redirect(response);
      },
      '/remember': (session, response, user) => {
        acts.remember(session, user);
        redirect(response);
      },
      '/sign-out': (session, response) => {
        acts.signOut(session);
        redirect(response);
      },
      '/end-all': async (session, response) => {
        await acts.endAll(session);
        response.end('ended');
      },
      '/me': (session, response) => response.end(JSON.stringify(acts.describe(session))),
      '/untouched': (_session, response) => response.end('untouched'),
      '/keys': setKey,
      '/sub/keys': setKey,
      '/slow': async (session, response, key) => {
        await acts.slow(session, key);
        response.end(key);
      },
      '/stream': (session, response) => {
        pipeline(Readable.from(acts.chunks(session)), response, () => {});
      },
      '/broken': (session, response) => {
        pipeline(Readable.from(acts.broken(session)), response, () => {});
      },
      '/throw': (session) => acts.throwError(session),
      '/throw-async': (session) => acts.reject(session),
      '/leave': (session) => {
        acts.signOut(session);
        throw new Error('On purpose');
      },
      '/invalid': writesKey('invalid', (response) => response.writeHead(400).end('invalid')),
      '/fail': writesKey('fail', (response) => response.writeHead(500).end('fail')),
      '/not-modified': writesKey('not-modified', (response) => {
        response.statusCode = 304;
        response.setHeader('ETag', '"same"');
        response.end();
      }),
      '/empty': writesKey('empty', (response) => {
        response.statusCode = 204;
        response.end();
      }),
      '/cookie': writesKey('cookie', (response) => {
        response.setHeader('Set-Cookie', ['theme=dark', 'lang=en']);
        redirect(response);
      }),
      '/raw': writesKey('raw', redirect),
      '/page': writesKey('page', sendPage),
      '/big': (session, response) => {
        acts.big(session);
        sendPage(response);
      },
    };
    const missing = writesKey('missing', (response) => response.writeHead(404).end('missing'));
    const handle = async (request: IncomingMessage, response: ServerResponse, session: Visitor) => {
      const [, path = '', parameter = ''] =
        /^(\/sign-in|\/remember|\/slow|\/keys|\/sub\/keys)\/(.*)$/.exec(request.url ?? '') ?? [];
      await (routes[path || (request.url ?? '')] ?? missing)(session, response, parameter);
    };
    const bare: RequestListener = (request, response) =>
      handle(request, response, undefined).catch(() => response.writeHead(500).end());
    const listener = isBare
      ? bare
      : sessionHandler((request, response, session) => handle(request, response, session as Visitor), {
          ...(options as object),
          onError() {},
        });
    return {
      ...(await listen(listener)),
      inject: (path, headers) => injectNode(listener, path, headers),
    };
  },
};
