import { sessionKey } from '@store/core/driver';
import type { OutgoingCookie } from '../cookie/outgoing-cookie.ts';
import type { RequestSession } from './request-session.ts';

/** Seconds after which no request from before the end of a session is expected to be under way. */
const graceSeconds = 120;
/** A browser that ends more sessions than this within the time is no browser. */
const mostInMarker = 8;
const mostInMemory = 10_000;

/** Ids of sessions that ended in this process, and when they are forgotten. In the order of that time. */
const endedHere = new WeakMap<object, Map<string, number>>();

/** Whether nothing but its cookie says that a session lives: a seal that comes back opens again. */
function isStateless({ store, direct }: RequestSession): boolean {
  return store.kind === 'cookie' && !direct.endsSessions;
}

/**
 * Remembers sessions that end with this request, so that a slower one cannot bring them back with its `Set-Cookie`: in this
 * process, and in the browser by a marker cookie for the other processes.
 *
 * @returns The marker; empty where the store can end sessions itself.
 */
export function endSeals(request: RequestSession, ids: readonly string[]): OutgoingCookie[] {
  if (ids.length === 0 || !isStateless(request)) return [];
  const now = request.now();
  const ended = endedHere.get(request.store) ?? new Map<string, number>();
  endedHere.set(request.store, ended);
  for (const [id, until] of ended) {
    if (until > now && ended.size < mostInMemory) break;
    ended.delete(id);
  }
  for (const id of ids) ended.set(id, now + graceSeconds * 1000);
  const hashes = [...new Set([...ids.map(markOf), ...request.cookie.marks])].slice(0, mostInMarker);
  return [request.cookie.mark(hashes, graceSeconds)];
}

/** Whether a session whose seal still opens ended within the last two minutes. */
export function hasEnded(request: RequestSession, id: string): boolean {
  if (!isStateless(request)) return false;
  const until = endedHere.get(request.store)?.get(id);
  return (until !== undefined && until > request.now()) || request.cookie.marks.includes(markOf(id));
}

/** 132 bits of the id's hash: the marker tells nothing about the session. */
function markOf(id: string): string {
  return sessionKey(id).slice(0, 22);
}
