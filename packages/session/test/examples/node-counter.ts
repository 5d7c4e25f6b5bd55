import { createServer } from 'node:http';
import { sessionHandler } from '@store/session/node';
import { startSession } from '@store/sqlite';

const store = await startSession({ database: process.env.DATABASE ?? './sessions.db' });

export const server = createServer(
  sessionHandler<{ visits: number }>((_request, response, session) => {
    session.update('visits', (visits = 0) => visits + 1);
    response.end(`Visit ${session.get('visits')}`);
  }),
);

server.listen(Number(process.env.PORT ?? 3000));
process.once('SIGTERM', () => server.close(() => store.close()));
