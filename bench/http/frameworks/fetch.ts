import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { sessionHandler } from '@store/session/fetch';
import {
  nobody,
  routeOf,
  type ShopContent,
  type ShopSession,
  type StoreName,
  stores,
  visit,
} from '../shop.ts';

function answer({ url }: Request, session: ShopSession): Response {
  return new Response(visit(session, ...routeOf(url.slice(url.indexOf('/', 'http://'.length)))));
}

/** A fetch handler on Hono's server for Node. */
const server = (handle: (request: Request) => Response | Promise<Response>) =>
  createAdaptorServer({ fetch: (request) => handle(request) }) as Server;

export const bare = () => server((request) => answer(request, nobody));

export async function withStore(store: StoreName, directory: string): Promise<Server> {
  await stores[store](directory);
  return server(sessionHandler<ShopContent>(answer));
}
