import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { getSession, sessionMiddleware } from '@store/session/express';
import Database from 'better-sqlite3';
import createSqliteStoreClass from 'better-sqlite3-session-store';
import cookieSession from 'cookie-session';
import express, { type Express, type Request } from 'express';
import session, { type Session, type Store } from 'express-session';
import createFileStoreClass from 'session-file-store';
import {
  asProperties,
  nobody,
  routes,
  type ShopContent,
  type ShopSession,
  type StoreName,
  secret,
  stores,
  visit,
} from '../shop.ts';

/** @param mount Installs the session middleware before the handlers. */
function server(sessionOf: (request: Request) => ShopSession, mount: (app: Express) => unknown): Server {
  const app = express();
  mount(app);
  for (const route of routes) {
    app.get(route === 'fill' ? '/fill/:number' : `/${route}`, (request, response) => {
      response.send(visit(sessionOf(request), route, Number((request.params as { number?: string }).number)));
    });
  }
  return createServer(app);
}

export const bare = () =>
  server(
    () => nobody,
    () => {},
  );

export async function withStore(store: StoreName, directory: string): Promise<Server> {
  await stores[store](directory);
  return server(
    (request) => getSession<ShopContent>(request),
    (app) => app.use(sessionMiddleware()),
  );
}

const property = (request: Request) =>
  asProperties((request as Request & { session: Partial<ShopContent> }).session);

const withExpressSession = (store?: Store<Session>) =>
  server(property, (app) =>
    app.use(session({ secret, resave: false, saveUninitialized: false, ...(store && { store }) })),
  );

export const memoryStore = () => withExpressSession();

export function sqliteSessionStore(directory: string): Server {
  const client = new Database(join(directory, 'sessions.db'));
  // By default it syncs at every commit; these are the settings of @store/sqlite.
  client.exec('pragma journal_mode = wal; pragma synchronous = normal');
  const SqliteStore = createSqliteStoreClass(session);
  return withExpressSession(new SqliteStore({ client }));
}

export function sessionFileStore(directory: string): Server {
  const FileStore = createFileStoreClass(session);
  return withExpressSession(new FileStore({ path: directory, logFn() {} }));
}

export const cookieSessionPeer = () => server(property, (app) => app.use(cookieSession({ keys: [secret] })));
