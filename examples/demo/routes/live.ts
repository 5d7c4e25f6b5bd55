import { Router } from 'express';
import type { Backend } from '../backends/backend.ts';
import type { Endings } from '../endings.ts';
import { inspect, type Logs } from '../inspection.ts';
import { endingNotice } from '../views/ending-notice.ts';
import { html } from '../views/html.ts';
import { livePanels } from '../views/live-view.ts';

/** The parts of the page that the script keeps current. The session middleware only peeks here. */
export function liveRoutes(backend: Backend, logs: Logs, endings: Endings): Router {
  const router = Router();

  router.get('/live', async (request, response) => {
    response.set('Cache-Control', 'no-store');
    const inspection = await inspect(request, backend, logs);
    const ending = endingNotice(await endings.ofPage(request), 'open');
    response.send(String(html`${ending}${livePanels(inspection)}`));
  });

  return router;
}
