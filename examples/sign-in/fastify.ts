import formbody from '@fastify/formbody';
import { sessionPlugin } from '@store/session/fastify';
import { startSession } from '@store/sqlite';
import fastify from 'fastify';
import { verify } from './users.ts';

await startSession({ database: './sessions.db' });
const app = fastify();

app.register(formbody).register(sessionPlugin);
app.post('/sign-in', async ({ body, session }, reply) => {
  const user = await verify(body);
  if (!user) return reply.code(401).send('Wrong name or password');
  session.setSubject(user.id); // a new id, so a planted one is useless
  session.set('name', user.name);
  return reply.redirect('/', 303);
});

app.post('/sign-out', async ({ session }, reply) => {
  session.invalidate();
  return reply.redirect('/', 303);
});

app.get('/', async ({ session }) => `Hello ${session.get('name', 'stranger')}`);

console.log(`Listening on ${await app.listen({ port: Number(process.env.PORT ?? 3000) })}`);
