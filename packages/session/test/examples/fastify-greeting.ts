import { sessionPlugin } from '@store/session/fastify';
import { startSession } from '@store/sqlite';
import fastify from 'fastify';

await startSession({ database: process.env.DATABASE ?? './sessions.db' });

export const app = fastify();
app.register(sessionPlugin);

app.get('/', async ({ session }) => `Hello, ${session.get('name', 'stranger')}`);

app.post<{ Params: { name: string } }>('/sign-in/:name', async ({ params, session }, reply) => {
  session.setSubject(params.name); // a new id, so a planted one is useless
  session.set('name', params.name);
  return reply.redirect('/', 303); // sent once the session is written
});
