import type { SessionStore } from '@store/core';
import { sessionKey } from '@store/core/driver';
import type { Session } from '@store/session/express';
import { Router } from 'express';
import type { Backend } from '../backends/backend.ts';
import { type DemoFlash, type DemoSession, sessionOf } from '../demo-session.ts';
import { type Device, devicesFrom } from '../devices.ts';
import type { Endings } from '../endings.ts';
import { inspect, type Logs } from '../inspection.ts';
import { homePage } from '../views/home-page.ts';

/** The only page. Reading the flash messages here consumes them. */
export function homeRoutes(backend: Backend, logs: Logs, endings: Endings): Router {
  const router = Router();

  router.get('/', async (request, response) => {
    const session = sessionOf(request);
    const devices = await devicesOf(backend.store, session);
    const inspection = await inspect(request, backend, logs);
    const ending = session.getFlash('ending') ?? (await endings.ofCookie(request));
    response.send(String(homePage({ session, devices, inspection, ending })));
  });

  return router;
}

/** `undefined` if the store keeps sessions in cookies and therefore cannot list them. */
async function devicesOf(
  store: SessionStore,
  { id, subject }: Session<DemoSession, DemoFlash>,
): Promise<Device[] | undefined> {
  if (store.kind === 'cookie') return undefined;
  if (subject === undefined) return [];
  return devicesFrom(await store.list(subject), sessionKey(id), store.timeouts);
}
