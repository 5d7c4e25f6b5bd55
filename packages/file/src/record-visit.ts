import { lstatSync } from 'node:fs';
import type { DueTimes } from './due-times.ts';
import { keyOfName, type Layout, lockOf } from './layout.ts';
import { hintedExpiry } from './record-expiry.ts';
import type { SessionLocks } from './session-lock.ts';
import { finishMove, type SettledHead, unfinishedMove } from './session-move.ts';
import type { SubjectIndex } from './subject-index.ts';

export interface RecordVisitParts {
  locks: SessionLocks;
  index: SubjectIndex;
  due: DueTimes;
  owner: { readonly identity: { readonly token: string } };
  /** Removes a session that is under lock. */
  remove(key: string, head: SettledHead): boolean;
}

/**
 * Looks at a record file for garbage collection: removes it if it has expired, and puts right what a crash has left.
 *
 * @param thorough Whether to read it though it says that its time has not come.
 * @returns how many sessions were removed
 */
export type RecordVisit = (path: string, name: string, now: number, thorough: boolean) => number;

/**
 * A damaged file stays for a day, in milliseconds, so that one can find out what happened. One that a newer version wrote
 * stays for a day after it has expired, as far as its modification time tells.
 */
const unreadableFor = 24 * 3600 * 1000;

export function createRecordVisit(
  layout: Layout,
  { locks, index, due, owner, remove }: RecordVisitParts,
): RecordVisit {
  /** Looks again, for the session may have been touched since. */
  function removeExpired(path: string, key: string, now: number): number {
    const removed = locks.holdIfFree([lockOf(path)], () => {
      const { head } = unfinishedMove(layout, key);
      return head?.kind === 'record' && head.expiresAt <= now && remove(key, head);
    });
    return removed?.value ? 1 : 0;
  }

  function removeUnreadable(path: string, key: string): void {
    locks.holdIfFree([lockOf(path)], () => {
      const { head } = unfinishedMove(layout, key);
      if (head?.kind === 'damaged' || head?.kind === 'newer') remove(key, head);
    });
  }

  function makeMarker(path: string, key: string): void {
    locks.holdIfFree([lockOf(path)], () => {
      const { head } = unfinishedMove(layout, key);
      if (head?.kind === 'record' && head.subject !== null) index.add(head.subject, key);
    });
  }

  return (path, name, now, thorough) => {
    const key = keyOfName(name);
    if (!thorough) {
      const hinted = hintedExpiry(path);
      if (hinted === undefined) return 0;
      if (hinted > now) {
        due.remember(name, hinted);
        return 0;
      }
      if (removeExpired(path, key, now) === 1) return 1;
    }
    const { move, head } = unfinishedMove(layout, key);
    if (move) {
      const both = [lockOf(layout.record(move.from)), lockOf(layout.record(move.to))];
      locks.holdIfFree(both, () => finishMove(layout, move, owner.identity.token));
      return 0;
    }
    if (head?.kind === 'record') {
      if (head.expiresAt <= now) return removeExpired(path, key, now);
      if (head.subject !== null && !index.has(head.subject, key)) makeMarker(path, key);
      due.remember(name, head.expiresAt);
    }
    const isUnreadable = head?.kind === 'damaged' || head?.kind === 'newer';
    if (isUnreadable && olderThan(path, unreadableFor)) removeUnreadable(path, key);
    return 0;
  };
}

/** By the machine's clock and the file's, not the application's: this is about leftovers, not about sessions. No folder is ours. */
export function olderThan(path: string, milliseconds: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === false && Date.now() - stats.mtimeMs > milliseconds;
}
