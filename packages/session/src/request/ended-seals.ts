import { sessionKey } from '@store/core/driver';
import type { OutgoingCookie } from '../cookie/outgoing-cookie.ts';
import type { RequestSession } from './request-session.ts';

/** How long a request sent before a logout may still be in flight, in seconds. */
const graceSeconds = 120;
/** More sessions than any real browser ends within that time. */
const mostInMarker = 8;
const mostInMemory = 10_000;

/** Ids of sessions that ended in this process, each with the time to forget it, in the order of those times. */
const recentlyEnded = new WeakMap<object, Map<string, number>>();

/** Whether the cookie is the only record of the session, so that a seal sent again would still open. */
function isStateless({ store, direct }: RequestSession): boolean {
  return store.kind === 'cookie' && !direct.endsSessions;
}

/**
 * Remembers the sessions that this request ends, so that a slower request's `Set-Cookie` cannot bring them back: in this process's
 * memory and, for other processes, in a marker cookie.
 *
 * @returns the marker cookie; none where the store can end sessions
 */
export function rememberEnded(request: RequestSession, ids: readonly string[]): OutgoingCookie[] {
  if (ids.length === 0 || !isStateless(request)) return [];
  const now = request.now();
  const ended = recentlyEnded.get(request.store) ?? new Map<string, number>();
  recentlyEnded.set(request.store, ended);
  for (const [id, until] of ended) {
    if (until > now && ended.size < mostInMemory) break;
    ended.delete(id);
  }
  for (const id of ids) ended.set(id, now + graceSeconds * 1000);
  const hashes = [...new Set([...ids.map(hashOf), ...request.cookie.endedHashes])].slice(0, mostInMarker);
  return [request.cookie.createMarker(hashes, graceSeconds)];
}

/** Whether a session whose seal still opens ended within the last two minutes. */
export function hasEnded(request: RequestSession, id: string): boolean {
  if (!isStateless(request)) return false;
  const until = recentlyEnded.get(request.store)?.get(id);
  return (until !== undefined && until > request.now()) || isMarkedAsEnded(request, id);
}

/**
 * Whether the browser's marker cookie says that the session ended: if so, a slow response put its cookie back. Without the marker,
 * the request may have been sent before the session ended, and the browser may hold a newer cookie by now.
 */
export function isMarkedAsEnded(request: RequestSession, id: string): boolean {
  return isStateless(request) && request.cookie.endedHashes.includes(hashOf(id));
}

/** 132 bits of the id's hash, so that the marker reveals nothing about the session. */
function hashOf(id: string): string {
  return sessionKey(id).slice(0, 22);
}
