import { createServer } from 'node:http';
import { sessionHandler } from '@store/session/node';
import { startSession } from '@store/sqlite';

await startSession({ database: './sessions.db' });

const handler = sessionHandler<{ visits: number }>((_request, response, session) => {
  session.update('visits', (visits = 0) => visits + 1);
  response.end(`Visit ${session.get('visits')}`);
});
const port = process.env.PORT ?? 3000;
createServer(handler).listen(port, () => console.log(`Listening on ${port}`));
