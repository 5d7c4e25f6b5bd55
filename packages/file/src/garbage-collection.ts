import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { isStoreError, type RecordStorage } from '@store/core/driver';
import { createFolderWalk } from './folder-walk.ts';
import { keyOfName, lockOf, readFileName } from './layout.ts';
import { readHolder, removeDeadOwners } from './owner.ts';
import { isHintedAlive } from './record-expiry.ts';
import type { SessionDirectory } from './session-directory.ts';
import { removeIfThere } from './session-files.ts';
import type { SessionLocks } from './session-lock.ts';
import { finishMove, type SettledHead, unfinishedMove } from './session-move.ts';
import type { SubjectIndex } from './subject-index.ts';
import { createTimeSlice } from './time-slice.ts';

interface GarbageCollectionParts {
  directory: SessionDirectory;
  locks: SessionLocks;
  index: SubjectIndex;
  /** Removes a session that is under lock. */
  remove(key: string, head: SettledHead): boolean;
}

/** How many files one call looks at: a tenth of a second of work, a quarter of a millisecond at a time. */
const mostVisits = 10_000;

const hour = 3600 * 1000;

/** A damaged file stays for a day, for whoever wants to know what happened. */
const damagedFor = 24 * hour;

/**
 * Removes what has expired, and what crashes have left: locks, temporary files, half-done moves, markers without a session
 * and sessions without a marker. Nothing here waits for a lock; what somebody is working on is looked at next time.
 */
export function createGarbageCollection(parts: GarbageCollectionParts): RecordStorage['deleteExpired'] {
  const { directory, locks, index, remove } = parts;
  const { layout, owner } = directory;
  const walk = createFolderWalk(layout, () => removeDeadOwners(layout.owners, owner.identity));
  /** What a power cut has done is found in the first round after the start; later ones trust the hint. */
  let thorough = true;

  function visit(folder: string, name: string, now: number): number {
    const path = `${folder}/${name}`;
    const file = readFileName(name);
    if (file.kind === 'record') {
      return !thorough && isHintedAlive(path, now) ? 0 : visitRecord(path, keyOfName(name), now);
    }
    if (file.kind === 'marker' && !existsSync(layout.record(file.key))) removeMarker(path, file.key);
    if (file.kind === 'lock') locks.clearIfStale(path);
    if (file.kind === 'temporary' && isLeftover(path, file.token)) removeIfThere(path);
    return 0;
  }

  function visitRecord(path: string, key: string, now: number): number {
    const { move, head } = unfinishedMove(layout, key);
    if (move) {
      const both = [lockOf(layout.record(move.from)), lockOf(layout.record(move.to))];
      locks.holdIfFree(both, () => finishMove(layout, move));
      return 0;
    }
    if (head?.kind === 'record') {
      const { subject } = head;
      if (head.expiresAt <= now) return removeExpired(path, key, now);
      if (subject !== null && !index.has(subject, key)) makeMarker(path, key);
    }
    if (head?.kind === 'damaged' && olderThan(path, damagedFor)) removeDamaged(path, key);
    return 0;
  }

  /** Looks again, for the session may have been touched since. */
  function removeExpired(path: string, key: string, now: number): number {
    const removed = locks.holdIfFree([lockOf(path)], () => {
      const { head } = unfinishedMove(layout, key);
      return head?.kind === 'record' && head.expiresAt <= now && remove(key, head);
    });
    return removed?.value ? 1 : 0;
  }

  function removeDamaged(path: string, key: string): void {
    locks.holdIfFree([lockOf(path)], () => {
      const { head } = unfinishedMove(layout, key);
      if (head?.kind === 'damaged') remove(key, head);
    });
  }

  function makeMarker(path: string, key: string): void {
    locks.holdIfFree([lockOf(path)], () => {
      const { head } = unfinishedMove(layout, key);
      if (head?.kind === 'record' && head.subject !== null) index.add(head.subject, key);
    });
  }

  function removeMarker(path: string, key: string): void {
    const record = layout.record(key);
    locks.holdIfFree([lockOf(record), layout.subjectLockOf(path)], () => {
      if (!existsSync(record)) removeIfThere(path);
    });
  }

  /** Temporary files live for milliseconds, however long the disk takes for less than an hour. */
  function isLeftover(path: string, token: string): boolean {
    const holder = readHolder(join(layout.owners, token), owner.identity);
    return holder === undefined || holder.life === 'dead' || olderThan(path, hour);
  }

  return async (now, limit) => {
    const breathe = createTimeSlice();
    let removed = 0;
    await directory.write(async () => {
      for (let visits = 0; visits < mostVisits && removed < limit; visits++) {
        const file = await walk.next();
        if (file === undefined) {
          thorough = false;
          return;
        }
        removed += visitUnlessNewer(file.folder, file.name);
        await breathe();
      }
    });
    return removed;

    function visitUnlessNewer(folder: string, name: string): number {
      try {
        return visit(folder, name, now);
      } catch (error) {
        if (isStoreError(error, 'INCOMPATIBLE')) return 0;
        throw error;
      }
    }
  };
}

/** By the machine's clock and the file's, not the application's: this is about leftovers, not about sessions. No folder is ours. */
function olderThan(path: string, milliseconds: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === false && Date.now() - stats.mtimeMs > milliseconds;
}
