import { startSession } from '@store/cookie';
import { sessionHandler } from '@store/session/fetch';

await startSession({ password: process.env.SESSION_PASSWORD ?? '' });

const fetch = sessionHandler<{ visits: number }>((_request, session) => {
  session.update('visits', (visits = 0) => visits + 1);
  return new Response(`Visit ${session.get('visits')}`);
});

export default { fetch };
