import { crc32 } from 'node:zlib';
import { type SessionRecord, StoreError } from '@store/core/driver';

/**
 * A session's file is a log that only grows. Every line begins with a newline, so that it is found even after a truncated one:
 *
 *     \n<CRC-32 of what follows the space> <format><kind> <offset> …
 *
 *     1R <offset> <expiresAt> <key> <version> <createdAt> <idleTimeout> <link> <subject> <payload>
 *     1T <offset> <expiresAt> <offset of the R line>
 *     1E <offset> <token>
 *     1S <offset> <file name>
 *
 * R stores a record, T changes its expiry, E ends the session, and S means that the session continues in another file. The offset
 * is where the writer expected its line to land: the size of the file when it was read. **A line counts if its CRC is correct and it
 * is at its offset.** The last line that counts is the state. The line of a writer that was overtaken lands elsewhere and means
 * nothing, so appending is a compare-and-swap, and nothing is ever locked.
 */
const format = 1;

const newline = 10;
const sumLength = 8;
/** The offset of a line's body: after a newline, the checksum and a space. */
const bodyAt = 1 + sumLength + 1;

/** Connects the two files of a move; see sessions/move.ts. */
export type Link =
  /** The record comes from another key, and is not a session until that key holds the mark with this version. */
  | { kind: 'from'; key: string; version: number; markVersion: number }
  /** The record is the mark of a session that moved to another key, and has that session's subject. */
  | { kind: 'to'; key: string };

/** The state according to the last line that counts, and the size of the file, which is the offset of the next line. */
export type LogState = { readonly size: number } & (
  | RecordState
  | { readonly kind: 'ended' }
  | { readonly kind: 'continued'; readonly successor: string }
  /** Nothing has been written yet. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'newer' }
);

export interface RecordState {
  readonly kind: 'record';
  readonly record: SessionRecord;
  readonly link: Link | undefined;
  /** The offset and length of the record's own line. */
  readonly at: number;
  readonly length: number;
}

export function recordLine(at: number, record: SessionRecord, link?: Link): Buffer {
  const { key, version, createdAt, expiresAt, idleTimeout, subject, payload } = record;
  const head = `${expiresAt} ${key} ${version} ${createdAt} ${idleTimeout ?? '-'} ${writeLink(link)}`;
  return writeLine(
    'R',
    at,
    `${head} ${subject === null ? '-' : `=${encodeURIComponent(subject)}`} ${payload}`,
  );
}

export function touchLine(at: number, expiresAt: number, { at: recordAt }: RecordState): Buffer {
  return writeLine('T', at, `${expiresAt} ${recordAt}`);
}

/** @param token Unique, so that when two processes end a session, each can tell whether its own line counts. */
export function endLine(at: number, token: string): Buffer {
  return writeLine('E', at, token);
}

export function successorLine(at: number, fileName: string): Buffer {
  return writeLine('S', at, fileName);
}

function writeLine(kind: string, at: number, rest: string): Buffer {
  const body = `${format}${kind} ${at} ${rest}`;
  return Buffer.from(`\n${hexadecimal(crc32(body))} ${body}`);
}

function hexadecimal(sum: number): string {
  return sum.toString(16).padStart(sumLength, '0');
}

function writeLink(link: Link | undefined): string {
  if (link === undefined) return '-';
  return link.kind === 'to' ? `to:${link.key}` : `from:${link.key}:${link.version}:${link.markVersion}`;
}

/**
 * Finds the last line that counts.
 *
 * @param skipped Successors that do not exist: lines that name them are ignored.
 */
export function readState(bytes: Buffer, skipped?: ReadonlySet<string>): LogState {
  const size = bytes.length;
  for (let start: number, end = size; end > 0; end = start) {
    start = bytes.lastIndexOf(newline, end - 1);
    if (start < 0) break;
    const line = readLine(bytes, start, end);
    if (line === undefined || (line.kind === 'S' && skipped?.has(line.rest))) continue;
    if (line.format > format) return { kind: 'newer', size };
    if (line.kind === 'E') return { kind: 'ended', size };
    if (line.kind === 'S') return { kind: 'continued', size, successor: line.rest };
    if (line.kind === 'R') return { size, ...readRecord(line.rest, start, end - start) };
    const state = readTouched(bytes, line.rest);
    // A touch of a damaged record does not apply to the record before it.
    if (state) return { size, ...state };
  }
  return { kind: size === 0 ? 'empty' : 'damaged', size };
}

function readTouched(bytes: Buffer, touch: string): RecordState | undefined {
  const [expiresAt, at] = touch.split(' ').map(Number) as [number, number];
  const end = bytes.indexOf(newline, at + 1);
  const line = readLine(bytes, at, end);
  if (line?.kind !== 'R' || line.format !== format) return undefined;
  const state = readRecord(line.rest, at, end - at);
  // A touched record has arrived, so its origin no longer matters.
  return { ...state, link: linkToKeep(state), record: { ...state.record, expiresAt } };
}

const beginning = /^(\d+)([A-Z]) (\d+) ?/;

/** `undefined` for a line that does not count. */
function readLine(
  bytes: Buffer,
  start: number,
  end: number,
): { format: number; kind: string; rest: string } | undefined {
  const from = start + bodyAt;
  // After a power cut, a line that never reached the disk may read as zeros.
  let to = end;
  while (to > from && bytes[to - 1] === 0) to--;
  if (from >= to) return undefined;
  const sum = bytes.toString('latin1', start + 1, from);
  if (sum !== `${hexadecimal(crc32(bytes.subarray(from, to)))} `) return undefined;
  const text = bytes.toString('utf8', from, to);
  const [matched, writtenFormat, kind, at] = beginning.exec(text) ?? [];
  if (matched === undefined || Number(at) !== start) return undefined;
  return { format: Number(writtenFormat), kind: kind as string, rest: text.slice(matched.length) };
}

function readRecord(text: string, at: number, length: number): RecordState {
  const words: string[] = [];
  let from = 0;
  while (words.length < 7) {
    const to = text.indexOf(' ', from);
    words.push(text.slice(from, to));
    from = to + 1;
  }
  const [expiresAt, key, version, createdAt, idleTimeout, link, subject] = words as [
    ...[string, string, string, string],
    ...[string, string, string],
  ];
  return {
    kind: 'record',
    record: {
      key,
      payload: text.slice(from),
      subject: subject === '-' ? null : decodeSubject(subject.slice(1)),
      version: Number(version),
      createdAt: Number(createdAt),
      expiresAt: Number(expiresAt),
      idleTimeout: idleTimeout === '-' ? null : Number(idleTimeout),
    },
    link: readLink(link),
    at,
    length,
  };
}

/** Never throws, so that a session with a line that this package did not write can still be ended. */
function decodeSubject(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function readLink(text: string): Link | undefined {
  const [kind, key = '', version, markVersion] = text.split(':');
  if (kind === 'to') return { kind, key };
  return kind === 'from'
    ? { kind, key, version: Number(version), markVersion: Number(markVersion) }
    : undefined;
}

/** The link that later lines keep; only a mark's link is kept. */
export function linkToKeep({ link }: RecordState): Link | undefined {
  return link?.kind === 'to' ? link : undefined;
}

/** The record as core sees it: a mark belongs to no subject, and a hidden mark is no record at all. */
export function recordIn({ record, link }: RecordState): SessionRecord | undefined {
  if (link?.kind !== 'to') return record;
  return record.payload === '' ? undefined : { ...record, subject: null };
}

/** The error for a session that a newer version of this package wrote. */
export function newerFormat(): StoreError {
  return new StoreError(
    'INCOMPATIBLE',
    '[@store/file] A newer version of @store/file wrote this session. ' +
      'Finish deploying the newer version, or upgrade this process.',
  );
}
