import type { SessionRecord } from '../contract/drivers.ts';
import type { DestroyAllOptions } from '../contract/session-store.ts';
import { isStoreError, unsupported } from '../errors.ts';
import { markedKey } from '../format/payload.ts';
import { assertSessionId, isSessionId, isSessionKey, sessionKey } from '../format/session-id.ts';
import { assertSubject } from '../options/options.ts';
import { mostAttempts, mostMoves, pauseAfterConflict, tooManyConflicts } from './attempts.ts';
import { nextTurn, readPages } from './list.ts';
import type { Records } from './records.ts';

/** How many races against other writers are run before the session is overwritten instead. */
const quickAttempts = 3;

/** Ends a session, readable or not, wherever it has moved. */
export async function destroy(records: Records, id: string): Promise<void> {
  if (isSessionId(id)) await end(records, sessionKey(id));
}

/**
 * Follows marks until it finds the session, and removes it while it is still the version that was read: a move that
 * happens in between leaves a mark, which the next round follows. Marks stay, so that a second logout finds its way too.
 *
 * @param known What was read under the key just now, if anything.
 * @returns whether a session was removed
 */
async function end(records: Records, from: string, known?: SessionRecord): Promise<boolean> {
  let key = from;
  let found: SessionRecord | 'newer' | undefined = known;
  for (let attempt = 1, moves = 0; attempt <= mostAttempts && moves <= mostMoves; ) {
    found ??= await readOrNewer(records, key);
    if (!found || found === 'newer') {
      // Something that the backend cannot read as a record may be there all the same.
      await records.call('remove a session', () => records.storage.delete(key));
      return found === 'newer';
    }
    const target = markedKey(found.payload);
    if (target !== undefined) {
      key = target;
      moves++;
    } else if (await remove(records, found, attempt++)) {
      return true;
    }
    found = undefined;
  }
  throw tooManyConflicts(records.name);
}

/** One attempt at removing a session while it is that version. */
async function remove(records: Records, found: SessionRecord, attempt: number): Promise<boolean> {
  const now = records.now();
  // A process that writes without a pause would win every race. Once overwritten, the session is gone for it.
  const ours = attempt > quickAttempts ? await records.seize(found, now) : undefined;
  const removed = await records.deleteVersion(ours ?? found, now);
  if (removed === true) return true;
  await pauseAfterConflict(attempt);
  return false;
}

/** @returns `newer` for what only a newer version of the driver can read */
async function readOrNewer(records: Records, key: string): Promise<SessionRecord | 'newer' | undefined> {
  try {
    return await records.readOrMark(key);
  } catch (error) {
    if (isStoreError(error, 'INCOMPATIBLE')) return 'newer';
    throw error;
  }
}

/** Ends the sessions of a subject. @returns how many */
export async function destroyAll(
  records: Records,
  subject: string,
  { except, only }: DestroyAllOptions = {},
): Promise<number> {
  const { storage, name } = records;
  assertSubject(subject);
  if (except !== undefined) assertSessionId(except);
  if (!storage.deleteBySubject) throw unsupported(name, 'destroyAll', 'its backend keeps no subjects');
  // A handle comes back from a page: one that cannot be ours names no session.
  if (only !== undefined && !isSessionKey(only)) return 0;
  const exceptKey = except === undefined ? undefined : await keyInUse(records, sessionKey(except));
  const remove = (onlyKey?: string) =>
    records.call(
      'remove the sessions of a subject',
      () =>
        storage.deleteBySubject?.(subject, {
          ...(exceptKey !== undefined && { exceptKey }),
          ...(onlyKey !== undefined && { onlyKey }),
        }) ?? 0,
    );
  if (only === undefined) return remove();
  // The device may get another id between the look and the removal.
  for (let key = await keyInUse(records, only), moves = 0; ; moves++) {
    const removed = await remove(key);
    const current = await (removed > 0 || moves === mostMoves ? key : keyInUse(records, key));
    if (current === key) return removed;
    key = current;
  }
}

/** Where the session with that key is now. */
async function keyInUse(records: Records, from: string): Promise<string> {
  let key = from;
  for (let moves = 0; moves < mostMoves; moves++) {
    const found = await records.readOrMark(key);
    const target = found && markedKey(found.payload);
    if (target === undefined) return key;
    key = target;
  }
  return key;
}

/**
 * Ends every session. One that moves meanwhile from a page still to come to one that is done leaves a mark there, which is
 * followed. @returns how many were removed
 */
export async function clear(records: Records): Promise<number> {
  let removed = 0;
  for await (const page of readPages(records, 'clear')) {
    const ended = await Promise.all(page.map((record) => end(records, record.key, record)));
    removed += ended.filter(Boolean).length;
  }
  return removed;
}

/** The most sessions one batch removes: no batch holds a lock, or a synchronous driver the event loop, for long. */
const gcBatch = 500;

/** Removes expired sessions batch by batch, with a turn of the event loop between two. @returns how many */
export async function collectGarbage(records: Records): Promise<number> {
  const now = records.now();
  for (let removed = 0; ; ) {
    const count = await records.call('remove expired sessions', () =>
      records.storage.deleteExpired(now, gcBatch),
    );
    removed += count;
    if (count < gcBatch) return removed;
    await nextTurn();
  }
}
