import { sessionKey } from '@store/core/driver';
import type { OutgoingCookie } from '../cookie/outgoing-cookie.ts';
import type { RequestSession } from './request-session.ts';

/** How long a request sent before a logout may still be in flight, in seconds. */
const graceSeconds = 120;
/** No real browser ends more sessions than this within that time. */
const mostInMarker = 8;
const mostInMemory = 10_000;

/** Ids of sessions that ended in this process, and when they are forgotten. In the order of that time. */
const endedHere = new WeakMap<object, Map<string, number>>();

/** Whether the cookie is the only record of the session: a seal that comes back opens again. */
function isStateless({ store, direct }: RequestSession): boolean {
  return store.kind === 'cookie' && !direct.endsSessions;
}

/**
 * Remembers sessions that end with this request, so that a slower one cannot bring them back with its `Set-Cookie`: in this
 * process, and in the browser by a marker cookie for the other processes.
 *
 * @returns The marker; nothing where the store can end sessions itself.
 */
export function rememberEnded(request: RequestSession, ids: readonly string[]): OutgoingCookie[] {
  if (ids.length === 0 || !isStateless(request)) return [];
  const now = request.now();
  const ended = endedHere.get(request.store) ?? new Map<string, number>();
  endedHere.set(request.store, ended);
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
  const until = endedHere.get(request.store)?.get(id);
  return (until !== undefined && until > request.now()) || isMarkedAsEnded(request, id);
}

/**
 * Whether the browser itself says so: then the cookie that it sends was put back. Without the marker the request may be one from
 * before the end, and the browser may hold a newer cookie by now.
 */
export function isMarkedAsEnded(request: RequestSession, id: string): boolean {
  return isStateless(request) && request.cookie.endedHashes.includes(hashOf(id));
}

/** 132 bits of the id's hash: the marker tells nothing about the session. */
function hashOf(id: string): string {
  return sessionKey(id).slice(0, 22);
}
