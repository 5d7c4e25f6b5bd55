import type { SessionStore, SessionSummary } from '@store/core';
import { Router } from 'express';
import type { Backend } from '../backends/backend.ts';
import { sessionOf } from '../demo-session.ts';
import { inspect } from '../inspection.ts';
import type { RequestLog } from '../request-log.ts';
import { homePage } from '../views/home-page.ts';

/** The one page. Reading the flash here uses it up. */
export function homeRoutes(backend: Backend, log: RequestLog): Router {
  const router = Router();

  router.get('/', async (request, response) => {
    const session = sessionOf(request);
    const devices = await devicesOf(backend.store, session.subject);
    const inspection = await inspect(request, backend, log);
    response.send(String(homePage({ session, devices, inspection })));
  });

  return router;
}

/** `undefined` from a store that sees only the cookies it is shown. */
async function devicesOf(
  store: SessionStore,
  subject: string | undefined,
): Promise<SessionSummary[] | undefined> {
  if (store.kind === 'cookie') return undefined;
  return subject === undefined ? [] : store.list(subject);
}
