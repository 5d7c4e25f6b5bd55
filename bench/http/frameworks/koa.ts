import { createServer, type Server } from 'node:http';
import { getSession, sessionMiddleware } from '@store/session/koa';
import Koa, { type Context } from 'koa';
import {
  nobody,
  routeOf,
  type ShopContent,
  type ShopSession,
  type StoreName,
  stores,
  visit,
} from '../shop.ts';

function server(app: Koa, sessionOf: (context: Context) => ShopSession): Server {
  app.use((context) => {
    context.body = visit(sessionOf(context), ...routeOf(context.path));
  });
  return createServer(app.callback());
}

export const bare = () => server(new Koa(), () => nobody);

export async function withStore(store: StoreName, directory: string): Promise<Server> {
  await stores[store](directory);
  const app = new Koa();
  app.use(sessionMiddleware());
  return server(app, (context) => getSession<ShopContent>(context));
}
