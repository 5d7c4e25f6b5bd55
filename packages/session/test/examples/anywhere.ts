import { readSession, withSession } from '@store/session';
import { startSession } from '@store/sqlite';

interface Visits {
  visits: number;
}

await startSession({ database: process.env.DATABASE ?? './sessions.db' });

/** Open, use, commit, for anything that maps a Request to a Response. */
export const count = (request: Request) =>
  withSession<Visits>(request, undefined, (session) => {
    session.update('visits', (visits = 0) => visits + 1);
    return new Response(`Visit ${session.get('visits')}`);
  });

/** Read only, as in a server component or a job. */
export async function visitsOf(cookieHeader: string): Promise<number> {
  const session = await readSession<Visits>(cookieHeader);
  return session.get('visits', 0);
}
