import { renameSync } from 'node:fs';
import { type Layout, lockOf } from './layout.ts';
import { readHeadOf } from './record-file.ts';
import type { RecordHead } from './record-format.ts';
import type { FileHead } from './record-slots.ts';
import { linkIfFree, removeIfThere } from './session-files.ts';
import type { SessionLocks } from './session-lock.ts';
import type { Temporary } from './temporary-file.ts';

/**
 * How a session moves to another key with one atomic step, though there are two files. Under the locks of both keys:
 *
 * 1. A mark is linked to the new name: "moving from the old key". It is no session yet.
 * 2. The moved record, which has the new key in it, is renamed over the old file. This is the step: from here on the old
 *    file is no session of the old key any more, and the mark leads readers of the new key to it.
 * 3. That file is renamed to the new name, over the mark.
 *
 * A crash after 1 leaves a mark that leads nowhere, a crash after 2 a move that only looks unfinished. Whoever next locks
 * one of the keys, or garbage collection, removes the one and finishes the other.
 */
export interface Move {
  from: string;
  to: string;
}

/** What is under a key once no move of it is unfinished. */
export type SettledHead = RecordHead | { kind: 'damaged' } | undefined;

/** Finds a move of which `key` is one end and that its mover has not finished. `head` is of the file at `key`. */
export function unfinishedMove(
  layout: Layout,
  key: string,
  head: FileHead | undefined = readHeadOf(layout.record(key)),
): { move?: Move; head: SettledHead } {
  if (head?.kind === 'moving') return { move: { from: head.from, to: key }, head: undefined };
  if (head?.kind !== 'record' || head.key === key) return { head };
  // 43 characters hold two bits more than a hash: a key that only looks like this one names nothing.
  if (layout.record(head.key) === layout.record(key)) return { head: undefined };
  return { move: { from: key, to: head.key }, head: undefined };
}

/** Makes a move whose `to` is free. For who holds the locks of both keys. @returns `false` when `to` has been taken */
export function moveSession(
  layout: Layout,
  { from, to }: Move,
  mark: Pick<Temporary, 'path'>,
  record: Pick<Temporary, 'renameTo'>,
): boolean {
  const [oldPath, newPath] = [layout.record(from), layout.record(to)];
  if (!linkIfFree(mark.path, newPath)) return false;
  record.renameTo(oldPath);
  finishMove(layout, { from, to });
  return true;
}

/** Finishes a move, or undoes it where it has not happened. For who holds the locks of both keys. */
export function finishMove(layout: Layout, { from, to }: Move): void {
  const [oldPath, newPath] = [layout.record(from), layout.record(to)];
  const source = readHeadOf(oldPath);
  const target = readHeadOf(newPath);
  const marked = target?.kind === 'moving' && target.from === from;
  const moved = source?.kind === 'record' && source.key === to;
  if (moved && marked) renameSync(oldPath, newPath);
  else if (marked) removeIfThere(newPath);
  else if (moved) {
    // Somebody has removed the mark. A new session may come to be under its name at any moment.
    linkIfFree(oldPath, newPath);
    removeIfThere(oldPath);
  }
}

/** Runs `work` with the sessions locked and what is under each key, in the order asked for; `alsoLocked` are more locks. */
export type HoldSessions = <T>(
  keys: readonly string[],
  work: (...heads: SettledHead[]) => T | Promise<T>,
  alsoLocked?: readonly string[],
) => Promise<T>;

export function createHoldSessions(layout: Layout, locks: SessionLocks): HoldSessions {
  const lock = (key: string) => lockOf(layout.record(key));
  return async <T>(
    keys: readonly string[],
    work: (...heads: SettledHead[]) => T | Promise<T>,
    alsoLocked: readonly string[] = [],
  ): Promise<T> => {
    for (;;) {
      const outcome = await locks.hold<{ move: Move } | { value: T }>(
        [...keys.map(lock), ...alsoLocked],
        () => {
          const found = keys.map((key) => unfinishedMove(layout, key));
          const move = found.find(({ move }) => move !== undefined)?.move;
          if (move) return { move };
          const value = work(...found.map(({ head }) => head));
          return value instanceof Promise ? value.then((value) => ({ value })) : { value };
        },
      );
      if (!('move' in outcome)) return outcome.value;
      const { move } = outcome;
      await locks.hold([lock(move.from), lock(move.to)], () => finishMove(layout, move));
    }
  };
}
