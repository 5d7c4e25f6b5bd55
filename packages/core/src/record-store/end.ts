import type { Awaitable, SessionRecord, TryAgain } from '../contract/drivers.ts';
import type { DestroyAllOptions } from '../contract/session-store.ts';
import { callBackend, isStoreError, unsupported } from '../errors.ts';
import { createRecordVersion, endedPayload, markedKey } from '../format/payload.ts';
import { assertSessionId, isSessionId, isSessionKey, sessionKey } from '../format/session-id.ts';
import { assertSubject } from '../options/options.ts';
import { clockSkew, nextExpiry } from '../options/timeouts.ts';
import { type Backend, mostAttempts, pauseAfterConflict, tooManyConflicts } from './backend.ts';
import { readPages } from './list.ts';
import { type Moves, mostMoves } from './move.ts';

/** How many lost races before the session is overwritten instead. */
const quickAttempts = 3;

/** Ends a session, readable or not, wherever it has moved. */
export async function destroy(backend: Backend, moves: Moves, id: string): Promise<void> {
  if (isSessionId(id)) await end(backend, moves, sessionKey(id));
}

/**
 * Follows marks until it finds the session, and removes it while it is still the version that was read: a move that
 * happens in between leaves a mark, which the next round follows. Marks stay, so that a second logout finds its way too.
 *
 * @param known What was read under the key just now, if anything.
 * @returns whether a session was removed
 */
async function end(backend: Backend, moves: Moves, from: string, known?: SessionRecord): Promise<boolean> {
  const { name, storage } = backend;
  let key = from;
  let found: SessionRecord | 'newer' | undefined = known;
  for (let attempt = 1, hops = 0; attempt <= mostAttempts && hops <= mostMoves; ) {
    found ??= await readOrNewer(moves, key);
    if (!found || found === 'newer') {
      // Something that the backend cannot read as a record may be there all the same.
      await callBackend(name, 'remove a session', () => storage.delete(key));
      return found === 'newer';
    }
    const target = markedKey(found.payload);
    if (target !== undefined) {
      key = target;
      hops++;
    } else if (await remove(backend, found, attempt++)) {
      return true;
    }
    found = undefined;
  }
  throw tooManyConflicts(name);
}

/** @returns `newer` for what only a newer version of the driver can read */
async function readOrNewer(moves: Moves, key: string): Promise<SessionRecord | 'newer' | undefined> {
  try {
    return await moves.readOrMark(key);
  } catch (error) {
    if (isStoreError(error, 'INCOMPATIBLE')) return 'newer';
    throw error;
  }
}

/** One attempt at removing a session while it is that version. */
async function remove(backend: Backend, found: SessionRecord, attempt: number): Promise<boolean> {
  const now = backend.timeouts.now();
  // A process that writes without a pause would win every race. Once overwritten, the session is gone for it.
  const ours = attempt > quickAttempts ? await seize(backend, found, now) : undefined;
  const removed = await deleteVersion(backend, ours ?? found, now);
  if (removed === true) return true;
  await pauseAfterConflict(attempt);
  return false;
}

/**
 * Overwrites a live session, whatever its version, with a record that is no session, to be removed next. It never
 * meets a mark, whose `createdAt` is 0.
 *
 * @returns what was written; `undefined` where the storage has no `save`, or there is something else by now
 */
async function seize(
  backend: Backend,
  found: SessionRecord,
  now: number,
): Promise<SessionRecord | undefined> {
  const { storage, timeouts } = backend;
  const { key, idleTimeout } = found;
  const ended: SessionRecord = {
    key,
    payload: endedPayload,
    subject: null,
    version: createRecordVersion(),
    createdAt: now,
    expiresAt: Math.max(found.expiresAt, nextExpiry(timeouts, now, now, idleTimeout)),
    idleTimeout,
  };
  const written = await backend.write(ended, () => storage.save?.(ended, 0) ?? false);
  return written === true ? ended : undefined;
}

/** Removes a record if it is still that version. */
export function deleteVersion(
  backend: Backend,
  found: SessionRecord,
  now: number,
): Awaitable<boolean | TryAgain> {
  const { name, storage } = backend;
  if (!storage.deleteVersion) return deleteInTwoSteps(backend, found, now);
  return callBackend(
    name,
    'remove a session',
    () => storage.deleteVersion?.(found.key, found.version) ?? false,
  );
}

/** Replaces the record by an expired one, then deletes that. */
async function deleteInTwoSteps(
  backend: Backend,
  found: SessionRecord,
  now: number,
): Promise<boolean | TryAgain> {
  const { name, storage } = backend;
  // Expired on every server, however their clocks differ.
  const expiresAt = Math.min(found.expiresAt, now - clockSkew);
  const ended = { ...found, payload: endedPayload, version: createRecordVersion(), expiresAt };
  const replaced = await backend.replace(found.key, found.version, ended, now);
  if (replaced === true) await callBackend(name, 'remove a session', () => storage.delete(found.key));
  return replaced;
}

/** Ends the sessions of a subject. @returns how many */
export async function destroyAll(
  { name, storage }: Backend,
  moves: Moves,
  subject: string,
  { except, only }: DestroyAllOptions = {},
): Promise<number> {
  assertSubject(subject);
  if (except !== undefined) assertSessionId(except);
  if (!storage.deleteBySubject) throw unsupported(name, 'destroyAll', 'its backend keeps no subjects');
  // A handle comes back from a page: one that cannot be ours names no session.
  if (only !== undefined && !isSessionKey(only)) return 0;
  const exceptKey = except === undefined ? undefined : await keyInUse(moves, sessionKey(except));
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
  // The device may get another id between the look and the removal.
  for (let key = await keyInUse(moves, only), hops = 0; ; hops++) {
    const removed = await removeAll(key);
    const current = await (removed > 0 || hops === mostMoves ? key : keyInUse(moves, key));
    if (current === key) return removed;
    key = current;
  }
}

/** Where the session with that key is now. */
async function keyInUse(moves: Moves, from: string): Promise<string> {
  let key = from;
  for (let hops = 0; hops < mostMoves; hops++) {
    const found = await moves.readOrMark(key);
    const target = found && markedKey(found.payload);
    if (target === undefined) return key;
    key = target;
  }
  return key;
}

/**
 * Ends every session. One that moves meanwhile from a page not yet read to one already read has left a mark at its old key,
 * which is followed. @returns how many were removed
 */
export async function clear(backend: Backend, moves: Moves): Promise<number> {
  let removed = 0;
  for await (const page of readPages(backend, 'clear')) {
    const ended = await Promise.all(page.map((record) => end(backend, moves, record.key, record)));
    removed += ended.filter(Boolean).length;
  }
  return removed;
}
