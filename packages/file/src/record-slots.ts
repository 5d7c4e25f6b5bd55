import type { SessionRecord } from '@store/core/driver';
import {
  type FirstLine,
  isNewer,
  type MoveLine,
  type RecordHead,
  readFirstLine,
  readMoveLine,
  readPayload,
  readSecondLine,
  readTurn,
  writeRecord,
} from './record-format.ts';

/**
 * A record file has two slots. A session that is written again goes, in place, into the one it is not in: no new file, no
 * rename. Whatever becomes of that write, the other slot is as it was. Of two whole records the one written later counts.
 *
 * Both slots lie within one block of the disk and one page of memory (4 KB). A record that is longer than a slot has the file
 * to itself, and is replaced by a rename.
 */
export const slotBytes = 2048;
export const fileBytes = 2 * slotBytes;

/** What a record file is: a record; one of the two ends of a move (see session-move.ts); of a newer format; or damaged. */
export type FileHead =
  | RecordHead
  | { kind: 'moving'; from: string; record: RecordHead }
  | { kind: 'moved'; to: string; mark: RecordHead | undefined }
  | { kind: 'newer' }
  | { kind: 'damaged' };

export interface Found {
  head: FileHead;
  /** Of a record in a slot. One that has the file to itself is longer than what was read. */
  payload?: string;
  /**
   * `false` when some part of the file is no whole record: it is being written, or a writer was killed there. `head` counts only if
   * the file is the same when it is read again. Otherwise both slots may have been written while they were read.
   */
  settled: boolean;
  /** A slot holds a whole record but for its first line: it is being touched, and `head`, of the other, may be older. */
  touched: boolean;
}

/** Finds the record that counts in the first `fileBytes` of a file. */
export function findRecord(bytes: Buffer): Found {
  const text = bytes.toString('latin1');
  const moving = readMoveLine(text);
  if (moving) return settledHead(readMoveHead(text, moving));
  const first = readFirstLine(text, 0);
  if (first?.turn === 0) return settledHead(readSecondLine(text, 0, first) ?? { kind: 'damaged' });
  if (first === undefined && isNewer(text, 0)) return settledHead({ kind: 'newer' });
  if (bytes.length <= slotBytes) return readSlots(bytes, text, [0, first]);

  const second = readFirstLine(text, slotBytes);
  if (second === undefined && isNewer(text, slotBytes)) return settledHead({ kind: 'newer' });
  return (second?.turn ?? 0) > (first?.turn ?? 0)
    ? readSlots(bytes, text, [slotBytes, second], [0, first])
    : readSlots(bytes, text, [0, first], [slotBytes, second]);
}

function settledHead(head: FileHead): Found {
  return { head, settled: true, touched: false };
}

function readMoveHead(text: string, { kind, key, at }: MoveLine): FileHead {
  const first = readFirstLine(text, at);
  const record = first && readSecondLine(text, at, first);
  if (kind === 'moved') return { kind, to: key, mark: record };
  return record ? { kind, from: key, record } : { kind: 'damaged' };
}

/** A file with this record alone. */
export function writeRecordFile(record: SessionRecord): Buffer {
  const bytes = writeRecord(record, 1);
  return bytes.length > slotBytes ? writeRecord(record, 0) : bytes;
}

type Slot = [at: number, line: FirstLine | undefined];

/** The first whole record among slots, of which the one that was written later comes first. */
function readSlots(bytes: Buffer, text: string, ...slots: Slot[]): Found {
  const settled = slots.every(([, line]) => line !== undefined);
  const touched = !settled && slots.some(([at, line]) => line === undefined && isTouched(bytes, text, at));
  for (const [index, [at, line]] of slots.entries()) {
    const head = line && readSecondLine(text, at, line);
    const payload = head && readPayload(bytes, head);
    if (head === undefined || payload === undefined) continue;
    return { head, payload, settled: settled && index === 0, touched };
  }
  return { head: { kind: 'damaged' }, settled: false, touched };
}

function isTouched(bytes: Buffer, text: string, at: number): boolean {
  const head = readSecondLine(text, at, { turn: readTurn(text, at), expiresAt: 0 });
  return head !== undefined && readPayload(bytes, head) !== undefined;
}
