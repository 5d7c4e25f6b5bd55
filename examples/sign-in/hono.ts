import { serve } from '@hono/node-server';
import { type SessionVariables, sessionMiddleware } from '@store/session/hono';
import { startSession } from '@store/sqlite';
import { Hono } from 'hono';
import { verify } from './users.ts';

await startSession({ database: './sessions.db' });
const app = new Hono<{ Variables: SessionVariables<{ name: string }> }>();

app.use(sessionMiddleware());
app.post('/sign-in', async (c) => {
  const user = await verify(await c.req.parseBody());
  if (!user) return c.text('Wrong name or password', 401);
  c.var.session.setSubject(user.id); // a new id, so a planted one is useless
  c.var.session.set('name', user.name);
  return c.redirect('/', 303);
});

app.post('/sign-out', (c) => {
  c.var.session.invalidate();
  return c.redirect('/', 303);
});

app.get('/', (c) => c.text(`Hello ${c.var.session.get('name', 'stranger')}`));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`Listening on http://localhost:${port}`);
});
