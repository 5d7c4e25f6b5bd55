import type { StoredSession } from '@store/core';
import type { SessionWrite } from '../session/session-write.ts';
import type { WriteResult } from './conclude.ts';
import { hasEnded } from './ended-seals.ts';
import { lifeOf, maxAgeOf } from './renewal.ts';
import type { RequestSession } from './request-session.ts';

/**
 * Finds the session among several cookies of the name: the domain was changed, or partitioning switched on, or a sibling site
 * has planted one. Exactly one live session counts. Of two, only the names that nobody else can set have a newest one; else
 * neither is believed.
 */
export async function lookUpSeveral(opened: RequestSession, candidates: readonly string[]): Promise<void> {
  const { journal, cookie } = opened;
  const live: { value: string; stored: StoredSession }[] = [];
  let endedEarlier = false;
  for (const value of candidates) {
    const stored = await opened.calls.call(() => opened.direct.load(value));
    if (stored.moved) journal.alsoReceived.push(value);
    if (!stored.exists) continue;
    if (hasEnded(opened, stored.id)) endedEarlier = true;
    else live.push({ value, stored });
  }
  live.sort((a, b) => (b.stored.createdAt ?? 0) - (a.stored.createdAt ?? 0));
  const [first, ...others] = live;
  if (first && (others.length === 0 || cookie.isOwnHost)) {
    journal.alsoReceived.push(...others.map(({ stored }) => stored.id));
    opened.hasTwin = others.length > 0;
    opened.cookieValue = first.value;
    journal.begin(first.stored);
    return;
  }
  if (first) journal.absence = 'ambiguous-cookie';
  else if (journal.alsoReceived.length > 0) journal.absence = 'moved';
  // The session may be in a cookie that was not looked up. Without the others it comes back alone.
  else if (cookie.isAmbiguous) journal.absence = 'ambiguous-cookie';
  else journal.absence = endedEarlier ? 'ended-earlier' : 'unknown-session';
  journal.alsoReceived.push(...live.map(({ stored }) => stored.id));
}

/** Outcomes after which the session goes on under the cookie that was chosen. */
const continuing: ReadonlySet<WriteResult['outcome']> = new Set([
  'unchanged',
  'touched',
  'updated',
  'regenerated',
]);

/** Where the browser holds two live sessions under a `__Host-` name: leaves it the newer one, in the configured variant. */
export function clearTwin(
  request: RequestSession,
  write: SessionWrite,
  result: WriteResult,
  isPublicResponse: boolean,
): WriteResult {
  if (!request.hasTwin || request.cookieValue === undefined || !continuing.has(result.outcome)) return result;
  const { cookie, store } = request;
  if (result.cookies) return { ...result, cookies: [...cookie.clearOthers(), ...result.cookies] };
  if (isPublicResponse) return result;
  const maxAge = maxAgeOf(request, request.now(), lifeOf(write.base, {}));
  const content = store.kind === 'cookie' ? { data: write.base.data, flash: write.base.flash } : undefined;
  return {
    ...result,
    cookie: 'set',
    reason: 'ambiguous-cookie',
    cookies: [...cookie.clearOthers(), ...cookie.set(request.cookieValue, maxAge, content)],
  };
}
