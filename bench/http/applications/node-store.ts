import { createServer } from 'node:http';
import type { Session } from '@store/session';
import { sessionHandler } from '@store/session/node';
import type { Application, ShopContent } from '../application.ts';
import { answer } from './node-application.ts';
import { startStore, storeUse } from './store-sessions.ts';

const use = storeUse((session: Session<ShopContent>) => session);

function withStore(store: keyof typeof startStore): Application {
  return {
    name: `@store/session + ${store}`,
    module: import.meta.url,
    async start(directory) {
      await startStore[store](directory);
      return createServer(
        sessionHandler<ShopContent>((request, response, session) => answer(request, response, session, use)),
      );
    },
  };
}

export const nodeSqlite = withStore('@store/sqlite');
export const nodeFile = withStore('@store/file');
export const nodeCookie = withStore('@store/cookie');

export const applications = [nodeSqlite, nodeFile, nodeCookie];
