import type { Awaitable } from '@store/core';
import type { ReadableHeaders } from './cache-headers.ts';
import type { RequestSession } from './request-session.ts';
import { whenReady } from './store-calls.ts';

/**
 * Continues the session that a request within this one has stored. A page that asks its own API while it is rendered
 * (SvelteKit's `event.fetch`, Hono's `app.request`) hands on the cookies it came with, and puts the API's `Set-Cookie` on its own
 * response: on a first visit both would begin a session, and the browser would keep one of them.
 *
 * @returns Whether there was one.
 */
export function adoptSessionWithin(request: RequestSession, headers: ReadableHeaders): Awaitable<boolean> {
  const { journal, store } = request;
  // On a server a session that exists is the same one for both.
  if (journal.base.exists && store.kind === 'server') return false;
  if (journal.isInvalidated || (!journal.isChanged && journal.subject === undefined)) return false;
  const lines = headers.getSetCookie();
  if (lines.length === 0) return false;
  const value = request.cookie.valueIn(cookieHeaderOf(lines));
  if (value === undefined || value === request.cookieValue) return false;
  const loading = request.calls.call(() => request.direct.load(value));
  return whenReady(loading, (stored) => {
    const { subject } = stored;
    // The login of another user takes nothing over.
    const isOfAnotherUser =
      subject !== undefined && journal.subject !== undefined && subject !== journal.subject;
    if (!stored.exists || isOfAnotherUser) return false;
    request.cookieValue = value;
    journal.adopt(stored);
    return true;
  });
}

/** The `Cookie` header of a browser that has received these. */
function cookieHeaderOf(lines: readonly string[]): string {
  const pairs = new Map<string, string>();
  for (const line of lines) {
    const pair = line.split(';', 1)[0] as string;
    const name = pair.slice(0, pair.indexOf('='));
    if (/;\s*max-age=0/i.test(line)) pairs.delete(name);
    else pairs.set(name, pair);
  }
  return [...pairs.values()].join('; ');
}
