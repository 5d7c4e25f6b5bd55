import { getSession, sessionMiddleware } from '@store/session/express';
import type { Request } from 'express';
import type { ShopContent } from '../application.ts';
import { expressApplication } from './express-application.ts';
import { startStore, storeUse } from './store-sessions.ts';

const use = storeUse<Request>((request) => getSession<ShopContent>(request));

function withStore(store: keyof typeof startStore) {
  return expressApplication(`@store/session + ${store}`, import.meta.url, use, async (app, directory) => {
    await startStore[store](directory);
    app.use(sessionMiddleware());
  });
}

export const expressSqlite = withStore('@store/sqlite');
export const expressFile = withStore('@store/file');
export const expressCookie = withStore('@store/cookie');

export const applications = [expressSqlite, expressFile, expressCookie];
