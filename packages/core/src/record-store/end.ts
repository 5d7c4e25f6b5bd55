import { type SessionRecord, type TryAgain, tryAgain } from '../contract/drivers.ts';
import type { DestroyAllOptions } from '../contract/session-store.ts';
import { callBackend, isStoreError, unsupported } from '../errors.ts';
import { createTombstone, isMark, markLife, markTarget } from '../format/mark.ts';
import { assertSessionId, isSessionId, isSessionKey, sessionKey } from '../format/session-id.ts';
import { assertSubject } from '../options/options.ts';
import type { RecentIds } from '../store/recent-ids.ts';
import { type Backend, mostAttempts, pauseAfterConflict } from './backend.ts';
import { readPages } from './list.ts';

/** Ends a session, readable or not, wherever it has moved. */
export async function destroy(backend: Backend, id: string): Promise<void> {
  if (isSessionId(id)) await end(backend, sessionKey(id));
}

/**
 * Ends the session under a key, or where the marks from there lead. Marks are followed however old they are: while one is
 * stored it is right, and clocks differ. They stay, so that another logout with the same id finds the same way.
 *
 * @returns whether there was a session to end
 */
export async function end(backend: Backend, from: string): Promise<boolean> {
  const followed = new Set<string>();
  let key = from;
  for (let attempt = 1; attempt <= mostAttempts; ) {
    const outcome = await endAt(backend, key);
    if (typeof outcome === 'boolean') return outcome;
    if (outcome === 'again') {
      await pauseAfterConflict(attempt++);
      continue;
    }
    if (followed.has(key)) return false;
    followed.add(key);
    key = outcome.target;
  }
  // A process that writes the session without a pause must not keep a logout from happening.
  await remove(backend, key);
  return true;
}

/** One attempt at one key. @returns whether a session ended here; `again` after a lost race; or where it has moved */
async function endAt(backend: Backend, key: string): Promise<boolean | 'again' | { target: string }> {
  const { name, storage } = backend;
  if (storage.deleteSession) {
    const removed = await callBackend(name, 'remove a session', () => storage.deleteSession?.(key) ?? false);
    if (removed === true) return true;
    if (removed === tryAgain) return 'again';
  }
  const found = await readOrNewer(backend, key);
  if (found === undefined) return storage.move ? false : blockMove(backend, key);
  if (found !== 'newer' && isMark(found)) {
    const target = markTarget(found);
    if (target !== undefined) return target === null ? false : { target };
  } else if (found !== 'newer') {
    // It came after `deleteSession` had found nothing, or a mark that has been replaced since.
    return storage.deleteSession ? 'again' : endByVersion(backend, found);
  }
  await remove(backend, key);
  return found === 'newer';
}

/** @returns `newer` for what only a newer version of the driver can read */
async function readOrNewer(backend: Backend, key: string): Promise<SessionRecord | 'newer' | undefined> {
  try {
    return await backend.read(key);
  } catch (error) {
    if (isStoreError(error, 'INCOMPATIBLE')) return 'newer';
    throw error;
  }
}

/**
 * For a storage without `move`: the session may be on its way from here to another key, its mark not yet written. A
 * tombstone in the place of that mark makes the mover end the session.
 */
async function blockMove(backend: Backend, key: string): Promise<false | 'again'> {
  const now = backend.timeouts.now();
  const inserted = await backend.insert(createTombstone(key, now, now + markLife), now);
  return inserted === true ? false : 'again';
}

/** For a storage without `deleteSession`: a read, then a plain delete, would remove a mark that came in between. */
async function endByVersion(backend: Backend, { key, version }: SessionRecord): Promise<true | 'again'> {
  try {
    return (await replaceAndRemove(backend, key, version)) === true || 'again';
  } catch (error) {
    // A full backend takes no tombstone, and nothing can move there either. It must still be possible to log out.
    if (!isStoreError(error, 'UNAVAILABLE') || (await backend.read(key))?.version !== version) throw error;
    await remove(backend, key);
    return true;
  }
}

/** Ends a session if it is still that version: a tombstone takes its place, and is removed. */
export async function replaceAndRemove(
  backend: Backend,
  key: string,
  version: number,
): Promise<boolean | TryAgain> {
  const now = backend.timeouts.now();
  const replaced = await backend.replace(key, version, createTombstone(key, now, now), now);
  if (replaced === true) await remove(backend, key);
  return replaced;
}

async function remove({ name, storage }: Backend, key: string): Promise<void> {
  await callBackend(name, 'remove a session', () => storage.delete(key));
}

/**
 * Ends the sessions of a subject.
 *
 * @param plannedMoves From the new ids of sessions that are about to move to those they still have.
 * @returns how many
 */
export async function destroyAll(
  backend: Backend,
  plannedMoves: RecentIds,
  subject: string,
  { except, only }: DestroyAllOptions = {},
): Promise<number> {
  const { name, storage } = backend;
  assertSubject(subject);
  if (except !== undefined) assertSessionId(except);
  if (!storage.deleteBySubject) throw unsupported(name, 'destroyAll', 'its backend keeps no subjects');
  // A handle comes back from a page: one that cannot be ours names no session.
  if (only !== undefined && !isSessionKey(only)) return 0;
  const spared = except && (plannedMoves.find(except, backend.timeouts.now()) ?? except);
  const exceptKey = spared && (await latestKey(backend, sessionKey(spared)));
  const removeAll = (onlyKey?: string) =>
    callBackend(
      name,
      'remove the sessions of a subject',
      () =>
        storage.deleteBySubject?.(subject, {
          ...(exceptKey !== undefined && { exceptKey }),
          ...(onlyKey !== undefined && { onlyKey }),
        }) ?? 0,
    );
  if (only === undefined) return removeAll();
  // The device may have been given another id, or be given one at this moment.
  for await (const key of keysFrom(backend, only)) {
    const removed = await removeAll(key);
    if (removed > 0) return removed;
  }
  return 0;
}

/** A key, and those that its marks lead to, one after the other. */
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
 * Ends every session. One that moves meanwhile from a page not yet read to one already read has left a mark at its old key,
 * which is followed. @returns how many were removed
 */
export async function clear(backend: Backend): Promise<number> {
  let removed = 0;
  for await (const page of readPages(backend, 'clear')) {
    const ended = await Promise.all(page.map(({ key }) => end(backend, key)));
    removed += ended.filter(Boolean).length;
  }
  return removed;
}
