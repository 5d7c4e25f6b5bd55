import { readFileSync, renameSync } from 'node:fs';
import { type Layout, lockOf, temporaryOf } from './layout.ts';
import { readHeadOf } from './record-file.ts';
import { type RecordHead, readMoveLine } from './record-format.ts';
import type { FileHead } from './record-slots.ts';
import { linkIfFree, removeIfThere, writeNew } from './session-files.ts';
import type { SessionLocks } from './session-lock.ts';
import type { Temporary } from './temporary-file.ts';

/**
 * How a session moves to another key with one atomic step, though there are two files. Under the locks of both keys:
 *
 * 1. The moved record is linked to the new name, wrapped in a line that says "moving from the old key". It is no session yet.
 * 2. A file that says "moved to the new key", with the mark in it, is renamed over the old file. This is the step: from here
 *    on the old key has the mark, and readers of the new key find the record there.
 * 3. The record without its wrapping is renamed over the new name.
 *
 * A crash after 1 leaves a record that never arrives, a crash after 2 a move that only looks unfinished. The next process to
 * lock one of the keys, or garbage collection, removes the one and finishes the other. The old file is not removed before.
 */
export interface Move {
  from: string;
  to: string;
}

/** What is under a key once no move of it is unfinished. */
export type SettledHead = RecordHead | { kind: 'newer' } | { kind: 'damaged' } | undefined;

/** Finds a move of which `key` is one end and that its mover has not finished. `head` is of the file at `key`. */
export function unfinishedMove(
  layout: Layout,
  key: string,
  head: FileHead | undefined = readHeadOf(layout.record(key)),
): { move?: Move; head: SettledHead } {
  switch (head?.kind) {
    case 'moving':
      return { move: { from: head.from, to: key }, head: undefined };
    case 'moved': {
      const target = readHeadOf(layout.record(head.to));
      const isMoving = target?.kind === 'moving' && target.from === key;
      if (isMoving || head.mark === undefined) return { move: { from: key, to: head.to }, head: undefined };
      return { head: ownHead(head.mark, key) };
    }
    case 'record':
      return { head: ownHead(head, key) };
    default:
      return { head };
  }
}

/** 43 characters hold two bits more than a hash, so two keys can share a file name. The other one names nothing. */
function ownHead(head: RecordHead, key: string): SettledHead {
  return head.key === key ? head : undefined;
}

/** Makes a move whose `to` is free. For the holder of both keys' locks. @returns `false` when `to` has been taken */
export function moveSession(
  layout: Layout,
  { from, to }: Move,
  arriving: Pick<Temporary, 'path'>,
  moved: Pick<Temporary, 'renameTo'>,
  token: string,
): boolean {
  if (!linkIfFree(arriving.path, layout.record(to))) return false;
  moved.renameTo(layout.record(from));
  finishMove(layout, { from, to }, token);
  return true;
}

let finished = 0;

/** Finishes a move, or undoes it where it has not happened. For the holder of both keys' locks. */
export function finishMove(layout: Layout, { from, to }: Move, token: string): void {
  const [oldPath, newPath] = [layout.record(from), layout.record(to)];
  const source = readHeadOf(oldPath);
  const target = readHeadOf(newPath);
  const happened = source?.kind === 'moved' && source.to === to;
  if (target?.kind === 'moving' && target.from === from) {
    if (happened) unwrap(newPath, target.record.expiresAt, temporaryOf(newPath, token, --finished));
    else removeIfThere(newPath);
  }
  if (happened && source.mark === undefined) removeIfThere(oldPath);
}

/** Puts the record alone in the place of one that is wrapped. */
function unwrap(path: string, expiresAt: number, temporary: string): void {
  const bytes = readFileSync(path);
  const line = readMoveLine(bytes.toString('latin1', 0, 100));
  if (line === undefined) return;
  writeNew(temporary, bytes.subarray(line.at), expiresAt);
  renameSync(temporary, path);
}

/** Runs `work` with the sessions locked and what is under each key, in the order asked for; `alsoLocked` are more locks. */
export type HoldSessions = <T>(
  keys: readonly string[],
  work: (...heads: SettledHead[]) => T | Promise<T>,
  alsoLocked?: readonly string[],
) => Promise<T>;

export function createHoldSessions(
  layout: Layout,
  locks: SessionLocks,
  owner: { readonly identity: { readonly token: string } },
): HoldSessions {
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
      await locks.hold([lock(move.from), lock(move.to)], () =>
        finishMove(layout, move, owner.identity.token),
      );
    }
  };
}
