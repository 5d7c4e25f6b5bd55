export function GET({ locals: { session } }) {
  session.update('visits', (visits = 0) => visits + 1);
  return new Response(`Visit ${session.get('visits')}`);
}
