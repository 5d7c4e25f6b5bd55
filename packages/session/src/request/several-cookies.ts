import { isStoreError, type StoredSession } from '@store/core';
import type { OutgoingCookie } from '../cookie/outgoing-cookie.ts';
import type { SessionWrite } from '../session/session-write.ts';
import type { WriteResult } from './conclude.ts';
import { hasEnded, isMarkedAsEnded } from './ended-seals.ts';
import { lifeOf, maxAgeOf } from './renewal.ts';
import type { RequestSession } from './request-session.ts';

interface LiveSession {
  value: string;
  stored: StoredSession;
}

/**
 * Finds the session among several cookies with the same name. There can be several after the domain was changed or partitioning
 * was turned on, or if a sibling site planted one. If exactly one is live, it is used. If several are live, the newest is used
 * under `__Host-`, which no other site can set; under any other name, none is.
 */
export async function lookUpSeveral(opened: RequestSession, candidates: readonly string[]): Promise<void> {
  const { journal, cookie } = opened;
  const live: LiveSession[] = [];
  let ended: 'ended-earlier' | 'ended-during-request' | undefined;
  for (const value of candidates) {
    const stored = await opened.calls.call(() => opened.direct.load(value));
    if (stored.moved) journal.alsoReceived.push(stored.id);
    if (!stored.exists) continue;
    if (isMarkedAsEnded(opened, stored.id)) ended = 'ended-earlier';
    else if (hasEnded(opened, stored.id)) ended ??= 'ended-during-request';
    // Browsers send the older cookie first, so if two are equal, the last is newer.
    else live.unshift({ value, stored });
  }
  live.sort(newestFirst);
  const [first] = live;
  // Two seals with the same id are two states of one session.
  const others = live.filter(({ stored }) => stored.id !== first?.stored.id);
  if (first && (others.length === 0 || cookie.isOwnHost)) {
    journal.alsoReceived.push(...others.map(({ stored }) => stored.id));
    opened.hasTwin = live.length > 1 && cookie.isOwnHost;
    opened.cookieValue = first.value;
    journal.begin(first.stored);
    return;
  }
  if (first) journal.absence = 'ambiguous-cookie';
  else if (journal.alsoReceived.length > 0) journal.absence = 'moved';
  // The session may be in a cookie that was not looked up. Once the others are cleared, it is sent alone.
  else if (cookie.isAmbiguous) journal.absence = 'ambiguous-cookie';
  else journal.absence = ended ?? 'unknown-session';
  journal.alsoReceived.push(...live.map(({ stored }) => stored.id));
}

function newestFirst({ stored: a }: LiveSession, { stored: b }: LiveSession): number {
  const age = (b.createdAt ?? 0) - (a.createdAt ?? 0);
  return age === 0 ? (b.expiresAt ?? 0) - (a.expiresAt ?? 0) : age;
}

/** Outcomes after which the session continues under the chosen cookie. */
const continuing: ReadonlySet<WriteResult['outcome']> = new Set([
  'unchanged',
  'touched',
  'updated',
  'regenerated',
]);

/** If the browser holds two live sessions under a `__Host-` name, leaves only the newer one, in the configured variant. */
export function clearOtherVariant(
  request: RequestSession,
  write: SessionWrite,
  result: WriteResult,
  isPublicResponse: boolean,
): WriteResult {
  if (!request.hasTwin || !continuing.has(result.outcome)) return result;
  if (!result.cookies && isPublicResponse) return result;
  const own = result.cookies ?? chosenCookie(request, write);
  if (!own) return result;
  request.hasTwin = false;
  const cookies = [...request.cookie.clearOthers(own), ...own];
  return result.cookies
    ? { ...result, cookies }
    : { ...result, cookie: 'set', reason: 'ambiguous-cookie', cookies };
}

/** The session's cookie in the configured variant; `undefined` if it is too large for that. */
function chosenCookie(request: RequestSession, { base }: SessionWrite): OutgoingCookie[] | undefined {
  const { cookie, cookieValue, store } = request;
  if (cookieValue === undefined) return undefined;
  const maxAge = maxAgeOf(request, request.now(), lifeOf(base, {}));
  try {
    return cookie.set(cookieValue, maxAge, store.kind === 'cookie' ? base : undefined);
  } catch (error) {
    // The configured attributes may be longer than the original ones. Then both cookies stay, and the newer one is still used.
    if (isStoreError(error, 'TOO_LARGE')) return undefined;
    throw error;
  }
}
