import { startSession } from '@store/file';
import { openSession } from '@store/session';

// Runs when the server starts, and not while the application is built.
export async function init() {
  await startSession({ directory: './sessions' });
}

export async function handle({ event, resolve }) {
  const { session, commit } = await openSession(event.request);
  event.locals.session = session;
  const response = await resolve(event);
  const { headers } = await commit(response);
  for (const [name, value] of headers) response.headers.append(name, value);
  return response;
}
