import { crc32 } from 'node:zlib';
import { type SessionRecord, StoreError } from '@store/core/driver';

/**
 * A record file is three lines of text: what it is and when it expires, the rest of the record but for its payload, and the
 * payload. Each part has a CRC-32, so that a truncated or damaged file is told from a session.
 *
 *     @store/file 1     1763846000000 1a2b3c4d
 *     5e6f7081 {"key":"…","version":…,"createdAt":…,"idleTimeout":null,"subject":"42","payload":2596996162}
 *     {"v":1,"data":{…},"flash":{…}}
 *
 * The first line has a fixed length, for a touch writes the expiry in place. As the file's modification time alone it would
 * cost 3.4 µs instead of 7.3 µs, beside 15 µs for the lock, but copies and restored backups reset that.
 */
const magic = '@store/file 1 ';
const expiryLength = 17;
const firstLine = magic.length + expiryLength + 1 + 8;
export const expiryOffset = magic.length;

/** No first two lines are longer: the subject has at most 255 characters, each of them at most six bytes as JSON. */
export const longestHead = 2048;

/** The second line: the record, with the payload's checksum in the payload's place. */
type RecordLine = Omit<SessionRecord, 'payload' | 'expiresAt'> & { payload: number };

/** A record whose payload was not read, only its checksum. */
export type RecordHead = RecordLine & { kind: 'record'; expiresAt: number };

/**
 * What a record file is: a record; the mark at the new key of a session that is moving, which is a session only once the
 * file at `from` says so; `torn`, being touched while it was read; or damaged.
 */
export type FileHead = RecordHead | { kind: 'moving'; from: string } | { kind: 'torn' } | { kind: 'damaged' };

export function writeRecord({ payload, expiresAt, ...rest }: SessionRecord): string {
  const { key, version, createdAt, idleTimeout, subject } = rest;
  const head = JSON.stringify({ key, version, createdAt, idleTimeout, subject, payload: crc32(payload) });
  return `${magic}${writeExpiry(expiresAt)}\n${sum(head)} ${head}\n${payload}`;
}

/** The part of the first line that a touch writes anew. */
export function writeExpiry(expiresAt: number): string {
  const text = String(expiresAt).padStart(expiryLength);
  return `${text} ${sum(magic + text)}`;
}

export function writeMoving(from: string): string {
  return `${magic}moving ${sum(from)} ${from}\n`;
}

/** @throws {StoreError} `INCOMPATIBLE` for a file that a newer version of this package wrote. */
export function readHead(text: string): FileHead {
  if (!text.startsWith(magic)) return otherFormat(text);
  const moving = /^moving ([\da-f]{8}) ([\w-]{43})\n$/.exec(text.slice(magic.length));
  if (moving?.[2] !== undefined) {
    return sum(moving[2]) === moving[1] ? { kind: 'moving', from: moving[2] } : { kind: 'damaged' };
  }
  const end = text.indexOf('\n', firstLine + 1);
  const head = text.slice(firstLine + 10, end);
  if (end < 0 || text.slice(firstLine, firstLine + 10) !== `\n${sum(head)} `) return { kind: 'damaged' };
  const expiry = text.slice(magic.length, magic.length + expiryLength);
  if (text.slice(firstLine - 9, firstLine) !== ` ${sum(magic + expiry)}`) return { kind: 'torn' };
  const line = parseLine(head);
  return line ? { ...line, kind: 'record', expiresAt: Number(expiry) } : { kind: 'damaged' };
}

/** The whole record in a file's text, unless its payload is damaged. */
export function readRecord(text: string, head: RecordHead): SessionRecord | undefined {
  const payload = text.slice(text.indexOf('\n', firstLine + 1) + 1);
  if (crc32(payload) !== head.payload) return undefined;
  const { key, subject, version, createdAt, expiresAt, idleTimeout } = head;
  return { key, payload, subject, version, createdAt, expiresAt, idleTimeout };
}

function parseLine(text: string): RecordLine | undefined {
  try {
    const line = JSON.parse(text) as RecordLine | null;
    return typeof line?.key === 'string' ? line : undefined;
  } catch {
    return undefined;
  }
}

function sum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

function otherFormat(text: string): FileHead {
  // Every format begins with such a line, so a damaged number is told from a newer one.
  const [, line = '', format, lineSum] = /^(@store\/file (\d+) .{17}) ([\da-f]{8})\n/.exec(text) ?? [];
  if (!(Number(format) > 1) || sum(line) !== lineSum) return { kind: 'damaged' };
  throw new StoreError(
    'INCOMPATIBLE',
    `[@store/file] This session has file format ${format}, and this version of @store/file reads up to 1. ` +
      'Finish the deploy of the newer version, or bring this process up to it.',
  );
}
