import type { Awaitable, SessionRecord } from '../contract/drivers.ts';
import { createMark } from '../format/mark.ts';
import type { Backend } from './backend.ts';
import { end } from './end.ts';

/**
 * Moves a session to another key and leaves a mark under the old one.
 *
 * If the reply to a move is lost, the mark proves that the move happened. The record under the new key does not: it may have been
 * rewritten or removed since.
 */
export function move(
  backend: Backend,
  key: string,
  version: number,
  next: SessionRecord,
  now: number,
): Awaitable<boolean> {
  const { storage } = backend;
  const mark = createMark(key, next.key, now);
  if (!storage.move) return moveInTwoSteps(backend, mark, version, next, now);
  return backend.write(mark, () => storage.move?.(key, version, next, mark, now) ?? false);
}

/**
 * Writes the record first, then its mark. In between, the old key is free, and a `destroy` of the old id puts a tombstone there.
 * If the mark cannot be inserted, the session is ended, whatever its key is by then. No move is acknowledged without its mark.
 */
async function moveInTwoSteps(
  backend: Backend,
  mark: SessionRecord,
  version: number,
  next: SessionRecord,
  now: number,
): Promise<boolean> {
  const moved = await backend.replace(mark.key, version, next, now);
  if (!moved) return false;
  let isMarked = false;
  try {
    isMarked = await backend.insert(mark, now);
  } finally {
    if (!isMarked) await end(backend, next.key);
  }
  return isMarked;
}
