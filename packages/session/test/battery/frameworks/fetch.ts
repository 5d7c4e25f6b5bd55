import { sessionHandler } from '@store/session/fetch';
import { page } from '../acts.ts';
import type { Framework, Visitor } from '../framework.ts';
import { injectFetch, serveFetch, streamOf } from '../serve-fetch.ts';

type Route = (session: Visitor, url: URL, parameter: string) => Response | Promise<Response>;

const redirect = () => new Response(null, { status: 303, headers: { Location: '/me' } });

export const fetchHandler: Framework = {
  name: 'fetch',
  without: {
    'error classes': 'errors do not carry a status',
    'error handlers': 'without error handlers, the 503 is a plain one',
    'error responses': 'the runtime responds to an error of a fetch handler, out of reach of the session',
    'delayed ends': 'the end of a body cannot be delayed, so changes are saved as they are made',
    mounting: 'a handler is wrapped only once',
  },
  async start(options, acts, { isBare }) {
    const writesKey =
      (key: string, respond: () => Response): Route =>
      (session) => {
        acts.set(session, key);
        return respond();
      };
    const pageOf = () => {
      const headers = new Headers(page.headers);
      headers.append('Set-Cookie', `${page.cookie.name}=${page.cookie.value}`);
      return new Response(page.text, { status: page.status, headers });
    };
    const setKey: Route = (session, _url, key) => {
      acts.set(session, key);
      return new Response(key);
    };
    const routes: { [route: string]: Route } = {
      '/sign-in': (session, _url, user) => {
        acts.signIn(session, user);
        return redirect();
      },
      '/remember': (session, _url, user) => {
        acts.remember(session, user);
        return redirect();
      },
      '/sign-out': (session) => {
        acts.signOut(session);
        return redirect();
      },
      '/end-all': async (session) => {
        await acts.endAll(session);
        return new Response('ended');
      },
      '/me': (session) => Response.json(acts.describe(session)),
      '/untouched': () => new Response('untouched'),
      '/keys': setKey,
      '/sub/keys': setKey,
      '/slow': async (session, _url, key) => {
        await acts.slow(session, key);
        return new Response(key);
      },
      '/stream': (session) => new Response(streamOf(acts.chunks(session))),
      '/broken': (session) => new Response(streamOf(acts.broken(session))),
      '/throw': (session) => acts.throwError(session),
      '/throw-async': (session) => acts.reject(session),
      '/leave': (session) => {
        acts.signOut(session);
        throw new Error('On purpose');
      },
      '/invalid': writesKey('invalid', () => new Response('invalid', { status: 400 })),
      '/fail': writesKey('fail', () => new Response('fail', { status: 500 })),
      '/not-modified': writesKey(
        'not-modified',
        () => new Response(null, { status: 304, headers: { ETag: '"same"' } }),
      ),
      '/empty': writesKey('empty', () => new Response(null, { status: 204 })),
      '/cookie': writesKey('cookie', () => {
        const response = redirect();
        response.headers.append('Set-Cookie', 'theme=dark');
        response.headers.append('Set-Cookie', 'lang=en');
        return response;
      }),
      '/raw': (session, url) => {
        acts.set(session, 'raw');
        return Response.redirect(new URL('/me', url), 303);
      },
      '/page': writesKey('page', pageOf),
      '/big': (session) => {
        acts.big(session);
        return pageOf();
      },
    };
    const missing = writesKey('missing', () => new Response('missing', { status: 404 }));
    const handle = (request: Request, session: Visitor) => {
      const url = new URL(request.url);
      const [, path = '', parameter = ''] =
        /^(\/sign-in|\/remember|\/slow|\/keys|\/sub\/keys)\/(.*)$/.exec(url.pathname) ?? [];
      return (routes[path || url.pathname] ?? missing)(session, url, parameter);
    };
    const fetch = isBare
      ? async (request: Request) => handle(request, undefined)
      : sessionHandler((request, session) => handle(request, session as Visitor), options as object);
    return {
      ...(await serveFetch((request) => fetch(request))),
      inject: (path, headers) => injectFetch((request) => fetch(request), path, headers),
    };
  },
};
