import { join } from 'node:path';
import { sessionMiddleware } from '@store/session/express';
import express, { type Express } from 'express';
import type { Backend } from './backends/backend.ts';
import { createChangeLog } from './change-log.ts';
import { createEndings } from './endings.ts';
import { pageHeaders } from './page-headers.ts';
import { createRequestLog } from './request-log.ts';
import { accountRoutes } from './routes/account.ts';
import { cartRoutes } from './routes/cart.ts';
import { deliveryRoutes } from './routes/delivery.ts';
import { deviceRoutes } from './routes/devices.ts';
import { answerError, answerNotFound } from './routes/failures.ts';
import { homeRoutes } from './routes/home.ts';
import { liveRoutes } from './routes/live.ts';
import { sameOrigin } from './same-origin.ts';

/** The demo as an Express application on any backend. */
export function createApp(backend: Backend): Express {
  const { store } = backend;
  const requests = createRequestLog();
  const changes = createChangeLog(backend, requests);
  const logs = { requests, changes };
  const endings = createEndings(backend);
  const app = express();
  app.disable('x-powered-by');
  app.use(pageHeaders);
  app.use(express.static(join(import.meta.dirname, 'public')));
  app.use(sameOrigin, requests.middleware, changes.middleware);
  app.use(
    sessionMiddleware({
      store,
      // So that plain http://localhost gets a cookie in every browser, whatever NODE_ENV says.
      cookie: { insecureOnLoopback: true },
      // Every request starts the idle period again, to be seen. Left out, a tenth of it must pass, which saves writes.
      touchAfter: 0,
      // The live view looks every second. Peeking, it keeps nobody's session alive and uses up no flash.
      peek: (request) => request.path === '/live',
      onEvent(event, request) {
        requests.onEvent(event, request);
        endings.onEvent(event, request);
      },
    }),
  );
  app.use(express.urlencoded({ extended: false, limit: '10kb' }));
  app.use(endings.middleware);
  app.use(homeRoutes(backend, logs, endings), liveRoutes(backend, logs, endings));
  app.use(accountRoutes(store, endings), cartRoutes(), deliveryRoutes(), deviceRoutes(store, endings));
  app.use(answerNotFound, answerError);
  return app;
}
