import { join } from 'node:path';
import Database from 'better-sqlite3';
import createSqliteStoreClass from 'better-sqlite3-session-store';
import cookieSession from 'cookie-session';
import type { Request } from 'express';
import session, { type Session, type Store } from 'express-session';
import createFileStoreClass from 'session-file-store';
import { packageVersion } from '../../contenders/package-version.ts';
import type { SessionUse, ShopContent } from '../application.ts';
import { expressApplication } from './express-application.ts';

/** How all of them give out a session: an object to read and to assign to. */
const asProperties: SessionUse<Request> = {
  fill: (request, content) => Object.assign(sessionOf(request), content),
  email: (request) => sessionOf(request).user.email,
  count: (request) => ++sessionOf(request).views,
  views: (request) => sessionOf(request).views,
};

function sessionOf(request: Request): ShopContent {
  return (request as Request & { session: ShopContent }).session;
}

const secret = 'a secret of more than thirty-two characters';
const expressSession = (store?: Store<Session>) =>
  session({ secret, resave: false, saveUninitialized: false, ...(store && { store }) });
const named = (store: string) => `${packageVersion('express-session')} + ${store}`;

export const memoryStore = expressApplication(named('MemoryStore'), import.meta.url, asProperties, (app) =>
  app.use(expressSession()),
);

export const sqliteSessionStore = expressApplication(
  named(packageVersion('better-sqlite3-session-store')),
  import.meta.url,
  asProperties,
  (app, directory) => {
    const client = new Database(join(directory, 'sessions.db'));
    // Not its default, which syncs at every commit, but what @store/sqlite chooses too.
    client.exec('pragma journal_mode = wal; pragma synchronous = normal');
    const SqliteStore = createSqliteStoreClass(session);
    app.use(expressSession(new SqliteStore({ client })));
  },
);

export const sessionFileStore = expressApplication(
  named(packageVersion('session-file-store')),
  import.meta.url,
  asProperties,
  (app, directory) => {
    const FileStore = createFileStoreClass(session);
    app.use(expressSession(new FileStore({ path: directory, logFn() {} })));
  },
);

export const cookieSessionPeer = expressApplication(
  `${packageVersion('cookie-session')} (signed, not encrypted)`,
  import.meta.url,
  asProperties,
  (app) => app.use(cookieSession({ keys: [secret] })),
);

export const applications = [memoryStore, sqliteSessionStore, sessionFileStore, cookieSessionPeer];
