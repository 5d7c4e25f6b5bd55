import { sessionHandler } from '@store/session/fetch';
import { startSession } from '@store/sqlite';

await startSession({ database: process.env.DATABASE ?? './sessions.db' });

export default {
  fetch: sessionHandler<{ visits: number }>((request, session) => {
    if (new URL(request.url).pathname === '/forget') {
      session.invalidate();
      return Response.redirect(new URL('/', request.url), 303);
    }
    session.update('visits', (visits = 0) => visits + 1);
    return new Response(`Visit ${session.get('visits')}`);
  }),
};
