import { fdatasync, fstatSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { SessionRecord } from '@store/core/driver';
import { lockLost } from './holder-fence.ts';
import { type Layout, lockOf } from './layout.ts';
import { hintExpiry } from './record-expiry.ts';
import { closeIfOpen, openRecordFile } from './record-file.ts';
import { writeFirstLine, writeRecord } from './record-format.ts';
import { slotBytes } from './record-slots.ts';
import type { SessionLocks } from './session-lock.ts';
import { finishMove, type Move, type SettledHead, unfinishedMove } from './session-move.ts';

/** A session that is under lock, with its file open to be written in place. */
export interface HeldRecord {
  readonly head: SettledHead;
  /** The session's payload, if it was read with the head: not that of a record which has the file to itself. */
  readonly payload: string | undefined;
  /**
   * Writes the next record into the slot that this one is not in: it is the session once the last byte is there. Waits for
   * the disk if writes are `durable`.
   *
   * @returns `false`, and nothing written, when there is no slot for it: it is too long, or this one has the file to itself
   */
  rewrite(next: SessionRecord): boolean | Promise<boolean>;
  /** Writes another expiry over this record's. */
  rewriteExpiry(expiresAt: number): void;
}

/** Runs `work` with a session locked; no move of it is unfinished then. */
export type HoldRecord = <T>(key: string, work: (record: HeldRecord) => T | Promise<T>) => Promise<T>;

const flush = promisify(fdatasync);

export function createHoldRecord(
  layout: Layout,
  locks: SessionLocks,
  owner: { readonly identity: { readonly token: string } },
  durable: boolean,
): HoldRecord {
  function hold<T>(
    key: string,
    work: (record: HeldRecord) => T | Promise<T>,
    isLost: () => boolean,
  ): Outcome<T> | Promise<Outcome<T>> {
    const opened = openRecordFile(layout.record(key));
    if (opened === undefined) return done(work(noRecord));
    const { file, payload } = opened;
    let waiting = false;
    try {
      const { move, head } = unfinishedMove(layout, key, opened.head);
      if (move) return { move };
      const outcome = done(work(createHeldRecord(file, head, payload, durable, isLost)));
      if (!(outcome instanceof Promise)) return outcome;
      waiting = true;
      return outcome.finally(() => closeIfOpen(file));
    } finally {
      if (!waiting) closeIfOpen(file);
    }
  }

  return async (key, work) => {
    for (;;) {
      const lock = lockOf(layout.record(key));
      const outcome = await locks.hold([lock], (isLost) => hold(key, work, isLost));
      if ('value' in outcome) return outcome.value;
      const { move } = outcome;
      const both = [lockOf(layout.record(move.from)), lockOf(layout.record(move.to))];
      await locks.hold(both, () => finishMove(layout, move, owner.identity.token));
    }
  };
}

type Outcome<T> = { value: T } | { move: Move };

function done<T>(value: T | Promise<T>): Outcome<T> | Promise<Outcome<T>> {
  return value instanceof Promise ? value.then((value) => ({ value })) : { value };
}

const noRecord: HeldRecord = {
  head: undefined,
  payload: undefined,
  rewrite: () => false,
  rewriteExpiry: () => {},
};

function createHeldRecord(
  file: number,
  head: SettledHead,
  payload: string | undefined,
  durable: boolean,
  isLost: () => boolean,
): HeldRecord {
  if (head?.kind !== 'record') return { ...noRecord, head };

  /**
   * Who stood still for so long that the lock is another's finds that out here, or has the old file open: whoever takes the
   * lock of somebody who may wake up puts a copy in the file's place first.
   */
  function write(bytes: Buffer, at: number, expiresAt: number): void {
    if (isLost()) throw lockLost();
    for (let from = 0; from < bytes.length; )
      from += writeSync(file, bytes, from, bytes.length - from, at + from);
    hintExpiry(file, expiresAt);
    if (fstatSync(file).nlink === 0) throw lockLost();
  }

  return {
    head,
    payload,
    rewrite(next) {
      const bytes = head.turn === 0 ? undefined : writeRecord(next, head.turn + 1);
      if (bytes === undefined || bytes.length > slotBytes) return false;
      const at = head.at === 0 ? slotBytes : 0;
      write(bytes, at, next.expiresAt);
      return durable ? flushOrUndo(file, at) : true;
    },
    rewriteExpiry: (expiresAt) =>
      write(Buffer.from(writeFirstLine(head.turn, expiresAt)), head.at, expiresAt),
  };
}

/** What the disk refused to keep must not be found to be there: it could be gone after a power cut. */
async function flushOrUndo(file: number, at: number): Promise<true> {
  try {
    await flush(file);
    return true;
  } catch (error) {
    writeSync(file, Buffer.alloc(1), 0, 1, at);
    throw error;
  }
}
