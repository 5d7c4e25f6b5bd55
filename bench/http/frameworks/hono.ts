import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { type SessionVariables, sessionMiddleware } from '@store/session/hono';
import { type Context, Hono } from 'hono';
import { getIronSession, webCookies } from 'iron-session';
import {
  asProperties,
  nobody,
  type Route,
  routes,
  type ShopContent,
  type ShopSession,
  type StoreName,
  secret,
  stores,
  visit,
} from '../shop.ts';

type Answer = (context: Context, route: Route, number: number) => Response | Promise<Response>;

function server(app: Hono, answer: Answer): Server {
  for (const route of routes) {
    app.get(route === 'fill' ? '/fill/:number' : `/${route}`, (context) =>
      answer(context, route, Number(context.req.param('number'))),
    );
  }
  return createAdaptorServer({ fetch: app.fetch }) as Server;
}

const answerWith =
  (sessionOf: (context: Context) => ShopSession): Answer =>
  (context, route, number) =>
    context.text(visit(sessionOf(context), route, number));

export const bare = () =>
  server(
    new Hono(),
    answerWith(() => nobody),
  );

export async function withStore(store: StoreName, directory: string): Promise<Server> {
  await stores[store](directory);
  const app = new Hono<{ Variables: SessionVariables<ShopContent> }>();
  app.use(sessionMiddleware());
  return server(
    app as unknown as Hono,
    answerWith((context) => context.get('session')),
  );
}

/** iron-session with its cookie jar for web-standard requests. A handler that changes the session has to save it. */
export const ironSessionPeer = () =>
  server(new Hono(), async ({ req }, route, number) => {
    const headers = new Headers();
    const options = { cookieName: 'session', password: secret };
    const session = await getIronSession<ShopContent>(webCookies(req.raw, headers), options);
    const text = visit(asProperties(session), route, number);
    if (route === 'fill' || route === 'rw') await session.save();
    return new Response(text, { headers });
  });
