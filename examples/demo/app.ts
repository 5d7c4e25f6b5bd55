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
      // Lets every browser accept the cookie on plain http://localhost, whatever NODE_ENV is.
      cookie: { insecureOnLoopback: true },
      // Every request restarts the idle timeout, so that you can see it. By default, a tenth of it must pass first, to save writes.
      touchAfter: 0,
      // The live view polls every second. A peek neither keeps a session alive nor consumes a flash message.
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
