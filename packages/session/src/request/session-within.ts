import type { Awaitable } from '@store/core';
import type { ReadableHeaders } from './cache-headers.ts';
import type { RequestSession } from './request-session.ts';
import { whenReady } from './store-calls.ts';

/**
 * Continues the session that an inner request has stored. A page that calls its own API while it renders (SvelteKit's
 * `event.fetch`, Hono's `app.request`) forwards the cookies it received, and copies the API's `Set-Cookie` to its own response.
 * Without this, both would start a session on a first visit, and the browser would keep only one of them.
 *
 * @returns Whether an inner session was continued.
 */
export function continueSessionWithin(request: RequestSession, headers: ReadableHeaders): Awaitable<boolean> {
  const { journal, store } = request;
  // On a server store, both requests already share an existing session.
  if (journal.base.exists && store.kind === 'server') return false;
  if (journal.isInvalidated || (!journal.isChanged && journal.subject === undefined)) return false;
  const lines = headers.getSetCookie();
  const cookie = lines.length === 0 ? undefined : request.cookie.withSetCookies(lines);
  const value = cookie?.candidates[0];
  if (!cookie || value === undefined || value === request.cookieValue) return false;
  const loading = request.calls.call(() => request.direct.load(value));
  return whenReady(loading, (stored) => {
    if (!stored.exists || isOfAnotherUser(request, stored.subject)) return false;
    // The next write then replaces these cookies too, including their pieces.
    request.cookie = cookie;
    request.cookieValue = value;
    journal.continueWith(stored);
    return true;
  });
}

/** A login as another user must not take over this session's data, and a logout must not preserve what its user did. */
function isOfAnotherUser({ journal }: RequestSession, subject: string | undefined): boolean {
  if (journal.base.subject !== undefined) return subject !== journal.base.subject;
  return subject !== undefined && journal.subject !== undefined && subject !== journal.subject;
}
