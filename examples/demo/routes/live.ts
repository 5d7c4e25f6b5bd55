import { Router } from 'express';
import type { Backend } from '../backends/backend.ts';
import { inspect } from '../inspection.ts';
import type { RequestLog } from '../request-log.ts';
import { liveView } from '../views/live-view.ts';

/** The live view alone, for the script that keeps it current. The session middleware only peeks here. */
export function liveRoutes(backend: Backend, log: RequestLog): Router {
  const router = Router();

  router.get('/live', async (request, response) => {
    response.set('Cache-Control', 'no-store');
    response.send(String(liveView(await inspect(request, backend, log))));
  });

  return router;
}
