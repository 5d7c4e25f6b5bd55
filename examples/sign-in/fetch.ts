import { sessionHandler } from '@store/session/fetch';
import { startSession } from '@store/sqlite';
import { verify } from './users.ts';

await startSession({ database: './sessions.db' });

const handler = sessionHandler<{ name: string }>(async (request, session) => {
  const route = `${request.method} ${new URL(request.url).pathname}`;
  if (route === 'GET /') return new Response(`Hello ${session.get('name', 'stranger')}`);
  if (route === 'POST /sign-in') {
    const user = await verify(Object.fromEntries(new URLSearchParams(await request.text())));
    if (!user) return new Response('Wrong name or password', { status: 401 });
    session.setSubject(user.id); // a new id, so a planted one is useless
    session.set('name', user.name);
  } else if (route === 'POST /sign-out') session.invalidate();
  else return new Response('Not found', { status: 404 });
  return new Response(null, { status: 303, headers: { location: '/' } });
});

export default { fetch: handler };
