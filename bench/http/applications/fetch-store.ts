import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Session } from '@store/session';
import { sessionHandler } from '@store/session/fetch';
import type { Application, SessionUse, ShopContent } from '../application.ts';
import { plainEmail, routeOf, shopContent } from '../shop-content.ts';
import { startStore, storeUse } from './store-sessions.ts';

/** What a fetch handler does with a session. */
function respond<Key>(request: Request, key: Key, { fill, email, count, views }: SessionUse<Key>): Response {
  const { route, number } = routeOf(request.url.slice(request.url.indexOf('/', 'http://'.length)));
  if (route === 'read') return new Response(email(key));
  if (route === 'rw') return new Response(String(count(key)));
  if (route === 'views') return new Response(String(views(key)));
  fill(key, shopContent(number));
  return new Response('filled');
}

/** A fetch handler on Hono's server for Node. */
export const fetchBare: Application = {
  name: 'bare',
  module: import.meta.url,
  start() {
    const use: SessionUse<Request> = { fill() {}, email: () => plainEmail, count: () => 1, views: () => 1 };
    return createAdaptorServer({ fetch: (request) => respond(request, request, use) }) as Server;
  },
};

function withStore(store: keyof typeof startStore): Application {
  return {
    name: `@store/session + ${store}`,
    module: import.meta.url,
    async start(directory) {
      await startStore[store](directory);
      const use = storeUse((session: Session<ShopContent>) => session);
      const handler = sessionHandler<ShopContent>((request, session) => respond(request, session, use));
      return createAdaptorServer({ fetch: (request) => handler(request) }) as Server;
    },
  };
}

export const fetchCookie = withStore('@store/cookie');
export const fetchSqlite = withStore('@store/sqlite');

export const applications = [fetchBare, fetchCookie, fetchSqlite];
