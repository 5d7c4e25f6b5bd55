import { join } from 'node:path';
import { sessionMiddleware } from '@store/session/express';
import express, { type Express } from 'express';
import type { Backend } from './backends/backend.ts';
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
  const log = createRequestLog();
  const app = express();
  app.disable('x-powered-by');
  app.use(pageHeaders);
  app.use(express.static(join(import.meta.dirname, 'public')));
  app.use(sameOrigin, log.middleware);
  app.use(
    sessionMiddleware({
      store,
      // So that plain http://localhost gets a cookie in every browser, whatever NODE_ENV says.
      cookie: { insecureOnLoopback: true },
      // Every request starts the idle period again, to be seen. Left out, a tenth of it must pass, which saves writes.
      touchAfter: 0,
      // The live view looks every second. Peeking, it keeps nobody's session alive and uses up no flash.
      peek: (request) => request.path === '/live',
      onEvent: log.onEvent,
    }),
  );
  app.use(express.urlencoded({ extended: false, limit: '10kb' }));
  app.use(homeRoutes(backend, log), liveRoutes(backend, log));
  app.use(accountRoutes(), cartRoutes(), deliveryRoutes(), deviceRoutes(store));
  app.use(answerNotFound, answerError);
  return app;
}
