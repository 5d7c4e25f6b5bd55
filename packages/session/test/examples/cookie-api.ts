import { openSession } from '@store/session';
import { startSession } from '@store/sqlite';
import { H3, setCookie } from 'h3';

await startSession({ database: process.env.DATABASE ?? './sessions.db' });

export const app = new H3().get('/', async (event) => {
  const { session, commit } = await openSession<{ visits: number }>(event.req);
  session.update('visits', (visits = 0) => visits + 1);
  const { cookies, cacheHeaders } = await commit();
  for (const { name, value, options } of cookies) setCookie(event, name, value, options);
  for (const [name, value] of cacheHeaders) event.res.headers.set(name, value);
  return `Visit ${session.get('visits')}`;
});
