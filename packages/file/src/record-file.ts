import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type SessionRecord, StoreError } from '@store/core/driver';
import { newerFormat, type RecordHead, readPayload } from './record-format.ts';
import { type FileHead, type Found, fileBytes, findRecord } from './record-slots.ts';
import { errorCode } from './session-files.ts';

// Windows lacks both flags. O_NONBLOCK: opening a pipe that somebody put there must not wait for a writer.
const { O_RDONLY, O_RDWR, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
const reading = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
const writing = O_RDWR | O_NOFOLLOW | O_NONBLOCK;

/** How often a file is read again that is being written while it is read. A write takes some 10 µs. */
const mostReads = 100;

/** One is enough, for nothing here waits. */
const buffer = Buffer.allocUnsafe(fileBytes);
const nothing = buffer.subarray(0, 0);

export interface FoundRecord {
  head: FileHead;
  /** The record in it, if there is one: of a moving session too, and the mark of one that has moved. */
  record?: SessionRecord;
}

/** What is in a record file, read without a lock; `undefined` when there is none. */
export function readHeadOf(path: string): FileHead | undefined {
  return readSettled(path, ({ head }) => head);
}

/** The same with the whole record. */
export function readRecordOf(path: string): FoundRecord | undefined {
  return readSettled(path, ({ head, payload }, file, start) => {
    const inside = recordIn(head);
    if (inside === undefined) return { head };
    const text = payload ?? readLongPayload(file, inside, start);
    if (text === undefined) return { head: { kind: 'damaged' } };
    const { key, subject, version, createdAt, expiresAt, idleTimeout } = inside;
    return { head, record: { key, payload: text, subject, version, createdAt, expiresAt, idleTimeout } };
  });
}

/** @throws {StoreError} `INCOMPATIBLE` for a file that a newer version of this package wrote. */
function recordIn(head: FileHead): RecordHead | undefined {
  switch (head.kind) {
    case 'record':
      return head;
    case 'moving':
      return head.record;
    case 'moved':
      return head.mark;
    case 'newer':
      throw newerFormat();
    default:
      return undefined;
  }
}

/** A record file that is open for reading and writing. For who holds the session's lock, so that nobody else is writing. */
export function openRecordFile(
  path: string,
): (Pick<Found, 'head' | 'payload'> & { file: number }) | undefined {
  const file = openIfThere(path, writing);
  if (file === undefined) return undefined;
  try {
    return { file, ...findRecord(readStart(file)) };
  } catch (error) {
    closeIfOpen(file);
    throw error;
  }
}

export function closeIfOpen(file: number): void {
  if (file !== unopened) closeSync(file);
}

function readSettled<T>(path: string, use: (found: Found, file: number, start: Buffer) => T): T | undefined {
  let before: string | undefined;
  for (let reads = 1; reads <= mostReads; reads++) {
    const file = openIfThere(path, reading);
    if (file === undefined) return undefined;
    try {
      const start = readStart(file);
      const found = findRecord(start);
      if (found.settled) return use(found, file, start);
      const seen = start.toString('latin1');
      // A touch that is under way for so long is damage.
      if (seen === before && (!found.touched || reads === mostReads)) return use(found, file, start);
      before = seen;
    } finally {
      closeIfOpen(file);
    }
  }
  throw new StoreError(
    'UNAVAILABLE',
    `[@store/file] A session was being written each of the ${mostReads} times it was read. Try again.`,
  );
}

/** Stands for what is no file: a symbolic link, a folder or a socket in a session's place is no session. */
const unopened = -1;

function openIfThere(path: string, flags: number): number | undefined {
  // Most that fail find no file. The stack of that error would take longer than opening one: 6 µs of 10.
  const { stackTraceLimit } = Error;
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return openSync(path, flags);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP' || code === 'EMLINK' || code === 'EISDIR' || code === 'ENXIO') return unopened;
    throw error;
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}

function readStart(file: number): Buffer {
  if (file === unopened) return nothing;
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, fileBytes, null));
  } catch (error) {
    if (errorCode(error) === 'EISDIR' || errorCode(error) === 'EAGAIN') return nothing;
    throw error;
  }
}

/** Of a record that has the file to itself; where its `start` ends the rest is read. */
function readLongPayload(file: number, head: RecordHead, start: Buffer): string | undefined {
  const bytes = Buffer.alloc(head.payloadAt + head.payloadBytes);
  for (let length = start.copy(bytes); length < bytes.length; ) {
    const more = readSync(file, bytes, length, bytes.length - length, null);
    if (more === 0) return undefined;
    length += more;
  }
  return readPayload(bytes, head);
}
