import { withSession } from '@store/session';

export function GET(request) {
  return withSession(request, undefined, (session) => {
    session.update('visits', (visits = 0) => visits + 1);
    return new Response(`Visit ${session.get('visits')}`);
  });
}
