import { type Awaitable, type SessionRecord, type TryAgain, tryAgain } from '../contract/drivers.ts';
import { createMark } from '../format/mark.ts';
import { type Backend, mostAttempts, pauseAfterConflict } from './backend.ts';
import { end } from './end.ts';

/**
 * Replaces a session to another key, and leaves a mark under the old one.
 *
 * A move whose reply was lost is recognised by its mark: under the new key the session may have been written again, or ended.
 */
export function move(
  backend: Backend,
  key: string,
  version: number,
  next: SessionRecord,
  now: number,
): Awaitable<boolean | TryAgain> {
  const { storage } = backend;
  const mark = createMark(key, next.key, now);
  if (!storage.move) return moveInTwoSteps(backend, mark, version, next, now);
  return backend.write(mark, () => storage.move?.(key, version, next, mark, now) ?? false);
}

/**
 * The record first, then its mark. Between the two the old key is empty, so a `destroy` of the old id leaves a tombstone there.
 * A move that then finds no room for its mark ends the session, wherever that has gone meanwhile: none is ever acknowledged
 * without its mark.
 */
async function moveInTwoSteps(
  backend: Backend,
  mark: SessionRecord,
  version: number,
  next: SessionRecord,
  now: number,
): Promise<boolean | TryAgain> {
  const moved = await backend.replace(mark.key, version, next, now);
  if (moved !== true) return moved;
  let isMarked = false;
  try {
    isMarked = await insertMark(backend, mark, now);
  } finally {
    if (!isMarked) await end(backend, next.key);
  }
  return isMarked;
}

async function insertMark(backend: Backend, mark: SessionRecord, now: number): Promise<boolean> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const inserted = await backend.insert(mark, now);
    if (inserted !== tryAgain) return inserted;
    await pauseAfterConflict(attempt);
  }
  return false;
}
