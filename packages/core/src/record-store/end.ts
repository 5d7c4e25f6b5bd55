import { type SessionRecord, tryAgain } from '../contract/drivers.ts';
import type { DestroyAllOptions } from '../contract/session-store.ts';
import { callBackend, isStoreError, unsupported } from '../errors.ts';
import { createTombstone, isMark, markLife, markTarget } from '../format/mark.ts';
import { assertSessionId, isSessionId, isSessionKey, sessionKey } from '../format/session-id.ts';
import { assertMethodOptions, assertSubject } from '../options/options.ts';
import type { RecentIds } from '../store/recent-ids.ts';
import { type Backend, mostAttempts, pauseAfterConflict, tooManyConflicts } from './backend.ts';
import { readPages } from './list.ts';

/** Ends a session, readable or not, wherever it has moved to. */
export async function destroy(backend: Backend, id: string): Promise<void> {
  if (isSessionId(id)) await end(backend, sessionKey(id));
}

/** The outcome of one attempt at one key: `again` after a lost race, or the key that the session has moved to. */
type EndOutcome = 'ended' | 'nothing' | 'again' | { target: string };

/**
 * Ends the session under a key, or wherever the marks lead from there. Even old marks are followed: a stored mark is never wrong,
 * and clocks differ. Marks are not removed, so that another logout with the same id follows the same path.
 *
 * @returns whether it ended a session
 */
export async function end(backend: Backend, from: string): Promise<boolean> {
  const followed = new Set<string>();
  let key = from;
  for (let attempt = 1; attempt <= mostAttempts; ) {
    const outcome = await endAt(backend, key, attempt === mostAttempts);
    if (outcome === 'ended') return true;
    if (outcome === 'nothing') return false;
    if (outcome === 'again') {
      await pauseAfterConflict(attempt++);
    } else {
      if (followed.has(key)) return false;
      followed.add(key);
      key = outcome.target;
    }
  }
  throw tooManyConflicts(backend.name);
}

/**
 * @param isLastResort Whether to delete the session regardless of its version: a process that keeps writing it must not be able to
 * prevent a logout. If the session moves between the read and the delete, its mark is lost, and the logout misses it.
 */
async function endAt(backend: Backend, key: string, isLastResort: boolean): Promise<EndOutcome> {
  const { name, storage } = backend;
  /** After a refusal, if no record is found, a session may be being written that cannot be read yet. */
  let wasRefused = false;
  if (storage.deleteSession) {
    const removed = await callBackend(name, 'remove a session', () => storage.deleteSession?.(key) ?? false);
    if (removed === true) return 'ended';
    wasRefused = removed === tryAgain;
  }
  const found = await readOrNewer(backend, key);
  if (found === undefined && wasRefused) return 'again';
  if (found === undefined) return storage.move ? 'nothing' : blockMove(backend, key);
  if (found !== 'newer' && isMark(found)) {
    const target = markTarget(found);
    return target == null ? 'nothing' : { target };
  }
  if (found === 'newer' || isLastResort) {
    await remove(backend, key);
    return 'ended';
  }
  // With `deleteSession`: the backend returned `tryAgain`, or the session has appeared since.
  return storage.deleteSession ? 'again' : endByVersion(backend, found);
}

/** @returns `newer` for a record that only a newer version of the driver can read */
async function readOrNewer(backend: Backend, key: string): Promise<SessionRecord | 'newer' | undefined> {
  try {
    return await backend.read(key);
  } catch (error) {
    if (isStoreError(error, 'INCOMPATIBLE')) return 'newer';
    throw error;
  }
}

/**
 * For a storage backend without `move`: the session may be moving from this key to another, with its mark not yet written. A tombstone
 * in place of that mark makes the mover end the session.
 */
async function blockMove(backend: Backend, key: string): Promise<EndOutcome> {
  const now = backend.timeouts.now();
  const inserted = await backend.insert(createTombstone(key, now, now + markLife), now);
  return inserted ? 'nothing' : 'again';
}

/** For a storage backend without `deleteSession`: a plain delete after the read could remove a mark that was written in between. */
async function endByVersion(backend: Backend, { key, version }: SessionRecord): Promise<EndOutcome> {
  try {
    return (await replaceAndRemove(backend, key, version)) ? 'ended' : 'again';
  } catch (error) {
    if (!isStoreError(error, 'UNAVAILABLE') || (await backend.read(key))?.version !== version) throw error;
    // The backend can be read but rejects the tombstone, probably because it is full, in which case nothing can move, either. A
    // logout must still succeed. If the session does move between the read and this delete, the logout misses it.
    await remove(backend, key);
    return 'ended';
  }
}

/** Ends a session if it still has this version: replaces it with a tombstone, then removes the tombstone. */
export async function replaceAndRemove(backend: Backend, key: string, version: number): Promise<boolean> {
  const now = backend.timeouts.now();
  const replaced = await backend.replace(key, version, createTombstone(key, now, now), now);
  // The session has ended by now. A tombstone that the backend refuses to remove is left to garbage collection.
  if (replaced) await remove(backend, key).catch(unlessConflict);
  return replaced;
}

function unlessConflict(error: unknown): void {
  if (!isStoreError(error, 'CONFLICT')) throw error;
}

async function remove(backend: Backend, key: string): Promise<void> {
  await backend.repeat('remove a session', () => backend.storage.delete(key));
}

/**
 * Ends the sessions of a subject.
 *
 * @param plannedMoves The current id of each session that is about to move, by its new id.
 * @returns the number of sessions ended
 */
export async function destroyAll(
  backend: Backend,
  plannedMoves: RecentIds,
  subject: string,
  options: DestroyAllOptions = {},
): Promise<number> {
  const { name, storage } = backend;
  assertSubject(subject);
  assertMethodOptions(name, 'destroyAll', options);
  const { except, only } = options;
  if (except !== undefined) assertSessionId(except);
  if (!storage.deleteBySubject) throw unsupported(name, 'destroyAll', 'its backend does not store subjects');
  // The handle comes from a web page. If it is not a key, it identifies no session.
  if (only !== undefined && !isSessionKey(only)) return 0;
  const spared = except && (plannedMoves.find(except, backend.timeouts.now()) ?? except);
  const exceptKey = spared && (await latestKey(backend, sessionKey(spared)));
  const removeAll = (onlyKey?: string) =>
    backend.repeat(
      'remove the sessions of a subject',
      () =>
        storage.deleteBySubject?.(subject, {
          ...(exceptKey !== undefined && { exceptKey }),
          ...(onlyKey !== undefined && { onlyKey }),
        }) ?? 0,
    );
  if (only === undefined) return removeAll();
  // The device's session may have moved to another id, or may be moving right now.
  for await (const key of keysFrom(backend, only)) {
    const removed = await removeAll(key);
    if (removed > 0) return removed;
  }
  return 0;
}

/** The key, then each key that a mark leads to, in order. */
async function* keysFrom(backend: Backend, from: string): AsyncGenerator<string, void> {
  const followed = new Set<string>();
  for (let key: string | null | undefined = from; key && !followed.has(key); ) {
    followed.add(key);
    yield key;
    const found: SessionRecord | 'newer' | undefined = await readOrNewer(backend, key);
    key = found && found !== 'newer' && isMark(found) ? markTarget(found) : undefined;
  }
}

async function latestKey(backend: Backend, from: string): Promise<string> {
  let latest = from;
  for await (const key of keysFrom(backend, from)) latest = key;
  return latest;
}

/**
 * Ends every session. If a session moves during the scan, from a page not yet read to one already read, it leaves a mark at its
 * old key, and that mark is followed; without `move`, the session may be missed.
 *
 * @returns the number of sessions ended
 */
export async function clear(backend: Backend): Promise<number> {
  let removed = 0;
  for await (const page of readPages(backend, 'clear')) {
    const ended = await Promise.all(page.map(({ key }) => end(backend, key)));
    removed += ended.filter(Boolean).length;
  }
  return removed;
}
