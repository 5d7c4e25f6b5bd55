// Serves fetch.ts on Node, which has no built-in server for fetch handlers.
import { serve } from '@hono/node-server';
import app from './fetch.ts';

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`Listening on http://localhost:${port}`);
});
