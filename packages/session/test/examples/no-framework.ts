import { createServer } from 'node:http';
import { openSession } from '@store/session';
import { startSession } from '@store/sqlite';

await startSession({ database: process.env.DATABASE ?? './sessions.db' });

export const server = createServer(async (request, response) => {
  const { session, commit } = await openSession<{ visits: number }>(request);
  session.update('visits', (visits = 0) => visits + 1);
  const { headers } = await commit();
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.end(`Visit ${session.get('visits')}`);
});
