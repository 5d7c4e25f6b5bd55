import { type SessionVariables, sessionMiddleware } from '@store/session/hono';
import { startSession } from '@store/sqlite';
import { Hono } from 'hono';

await startSession({ database: process.env.DATABASE ?? './sessions.db' });

export const app = new Hono<{ Variables: SessionVariables<{ visits: number }> }>();
app.use(sessionMiddleware());

app.get('/', (c) => {
  const session = c.get('session');
  session.update('visits', (visits = 0) => visits + 1);
  return c.text(`Visit ${session.get('visits')}`);
});
