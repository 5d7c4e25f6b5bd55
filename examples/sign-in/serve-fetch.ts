// Serves fetch.ts on Node, which has no server for fetch handlers of its own.
import { serve } from '@hono/node-server';
import app from './fetch.ts';

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`Listening on http://localhost:${port}`);
});
