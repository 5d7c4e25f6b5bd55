import { openSession, readSession, withSession } from '@store/session';
import { startSession } from '@store/sqlite';

interface Visits {
  visits: number;
}

await startSession({ database: process.env.DATABASE ?? './sessions.db' });

/** Open, use, commit: what every adapter does. */
export async function count(request: Request): Promise<Response> {
  const { session, commit } = await openSession<Visits>(request);
  session.update('visits', (visits = 0) => visits + 1);
  const response = new Response(`Visit ${session.get('visits')}`);
  const { headers } = await commit(response);
  for (const [name, value] of headers) response.headers.append(name, value);
  return response;
}

/** The same for anything that maps a Request to a Response. */
export const countAgain = (request: Request) =>
  withSession<Visits>(request, {}, (session) => {
    session.update('visits', (visits = 0) => visits + 1);
    return new Response(`Visit ${session.get('visits')}`);
  });

/** Read only: a WebSocket's upgrade, a server component. */
export async function visitsOf(cookieHeader: string): Promise<number> {
  const session = await readSession<Visits>(cookieHeader);
  return session.get('visits', 0);
}
