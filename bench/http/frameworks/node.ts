import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createFileSessionStorage } from '@react-router/node';
import { sessionHandler } from '@store/session/node';
import {
  nobody,
  routeOf,
  type ShopContent,
  type ShopSession,
  type StoreName,
  secret,
  stores,
  visit,
} from '../shop.ts';

function answer({ url = '' }: IncomingMessage, response: ServerResponse, session: ShopSession): void {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(visit(session, ...routeOf(url)));
}

export const bare = () => createServer((request, response) => answer(request, response, nobody));

export async function withStore(store: StoreName, directory: string): Promise<Server> {
  await stores[store](directory);
  return createServer(sessionHandler<ShopContent>(answer));
}

/** React Router's file storage, with its cookie signed as in its guide. A handler that changes the session has to commit it. */
export function reactRouterFile(directory: string): Server {
  const { getSession, commitSession } = createFileSessionStorage({
    dir: directory,
    cookie: { name: '__session', secrets: [secret] },
  });
  return createServer(async ({ url = '', headers }, response) => {
    const [route, number] = routeOf(url);
    const session = await getSession(headers.cookie);
    const text = visit(session as unknown as ShopSession, route, number);
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    if (route === 'fill' || route === 'rw') response.setHeader('Set-Cookie', await commitSession(session));
    response.end(text);
  });
}
