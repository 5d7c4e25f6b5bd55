import { crc32 } from 'node:zlib';
import { type SessionRecord, StoreError } from '@store/core/driver';
import { hexadecimal, lineSum } from './line-sum.ts';

/**
 * A record is three lines of text: what it is, which write of its file and when it expires; the rest of it but for the
 * payload; and the payload. Each part has a CRC-32, so that a truncated, damaged or half-written record is told from a session.
 *
 *     @store/file 1                7     1763846000000 1a2b3c4d
 *     5e6f7081 <key> <version> <createdAt> <idleTimeout> <payload bytes> <payload CRC> "<subject>"
 *     {"data":{…},"flash":{…},"v":1}
 *
 * The first line has a fixed length, for a touch writes it anew in place. The second line's sum is seeded with the number of
 * the write, so that a first line of one write and the rest of another are no record. Both are ASCII. They are read from a
 * file's bytes as Latin-1, whose offsets are those of the bytes.
 */
const magic = '@store/file 1 ';
const turnLength = 16;
const expiryLength = 17;
const sumLength = 8;
const expiryAt = magic.length + turnLength + 1;
const firstSumAt = expiryAt + expiryLength + 1;
const secondLineAt = firstSumAt + sumLength + 1;

/** What the first line says: which write of its file the record is, from 1 on or 0 for one that has the file to itself. */
export interface FirstLine {
  turn: number;
  expiresAt: number;
}

/** A record but for its payload, and where in its file it is. */
export interface RecordHead extends FirstLine, Omit<SessionRecord, 'payload'> {
  kind: 'record';
  /** Where in the file it begins. */
  at: number;
  payloadAt: number;
  payloadBytes: number;
  payloadSum: string;
}

export function writeRecord(record: SessionRecord, turn: number): Buffer {
  const { key, version, createdAt, expiresAt, idleTimeout, subject, payload } = record;
  const line =
    `${key} ${version} ${createdAt} ${idleTimeout ?? '-'} ${Buffer.byteLength(payload)} ` +
    `${hexadecimal(crc32(payload))} ${subject === null ? '-' : writeSubject(subject)}`;
  const sum = lineSum(line, 0, line.length, turn);
  return Buffer.from(`${writeFirstLine(turn, expiresAt)}${sum} ${line}\n${payload}`);
}

/** The line that a touch writes anew. */
export function writeFirstLine(turn: number, expiresAt: number): string {
  const line = `${magic}${String(turn).padStart(turnLength)} ${String(expiresAt).padStart(expiryLength)} `;
  return `${line}${lineSum(line, 0, line.length)}\n`;
}

function writeSubject(subject: string): string {
  return JSON.stringify(subject).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What the first line of a record says; `undefined` when it is damaged or half written. */
export function readFirstLine(text: string, at: number): FirstLine | undefined {
  const sumAt = at + firstSumAt;
  const end = sumAt + sumLength;
  if (!text.startsWith(magic, at) || text[end] !== '\n') return undefined;
  if (text.slice(sumAt, end) !== lineSum(text, at, sumAt)) return undefined;
  return { turn: readTurn(text, at), expiresAt: Number(text.slice(at + expiryAt, sumAt - 1)) };
}

/** The turn alone, which a touch leaves as it is: to be trusted if the second line is of the same write. */
export function readTurn(text: string, at: number): number {
  return Number(text.slice(at + magic.length, at + expiryAt - 1));
}

/** The record that begins with this first line; `undefined` when its second line is damaged or not of the same write. */
export function readSecondLine(
  text: string,
  at: number,
  { turn, expiresAt }: FirstLine,
): RecordHead | undefined {
  const sumAt = at + secondLineAt;
  const lineAt = sumAt + sumLength + 1;
  const end = text.indexOf('\n', lineAt);
  if (end < 0 || text[lineAt - 1] !== ' ') return undefined;
  if (text.slice(sumAt, lineAt - 1) !== lineSum(text, lineAt, end, turn)) return undefined;
  const words = text.slice(lineAt, end).split(' ');
  const [key = '', version, createdAt, idleTimeout, payloadBytes, payloadSum = ''] = words;
  const subject = words.length === 7 ? words[6] : words.slice(6).join(' ');
  return {
    kind: 'record',
    key,
    version: Number(version),
    createdAt: Number(createdAt),
    expiresAt,
    idleTimeout: idleTimeout === '-' ? null : Number(idleTimeout),
    subject: subject === '-' ? null : JSON.parse(subject ?? ''),
    turn,
    at,
    payloadAt: end + 1,
    payloadBytes: Number(payloadBytes),
    payloadSum,
  };
}

/** `undefined` when the payload is damaged, half written or not in `bytes`. */
export function readPayload(
  bytes: Buffer,
  { payloadAt, payloadBytes, payloadSum }: RecordHead,
): string | undefined {
  const payload = bytes.toString('utf8', payloadAt, payloadAt + payloadBytes);
  return hexadecimal(crc32(payload)) === payloadSum ? payload : undefined;
}

/** A record that is moving from another key, as it waits at its new one. */
export function writeArriving(from: string, next: SessionRecord): Buffer {
  return writeWrapped('moving', from, next);
}

/** What is left under the old key of a session that has moved: where it went, and the mark that readers get, if any. */
export function writeMoved(to: string, mark: SessionRecord | undefined): Buffer {
  return writeWrapped('moved', to, mark);
}

function writeWrapped(kind: 'moving' | 'moved', key: string, record: SessionRecord | undefined): Buffer {
  const line = Buffer.from(`${magic}${kind} ${lineSum(key, 0, key.length)} ${key}\n`);
  return record === undefined ? line : Buffer.concat([line, writeRecord(record, 0)]);
}

/** The first line of a file that takes part in a move; `at` is where the record in it begins, if there is one. */
export interface MoveLine {
  kind: 'moving' | 'moved';
  key: string;
  at: number;
}

export function readMoveLine(text: string): MoveLine | undefined {
  if (text[magic.length] !== 'm') return undefined;
  const [line = '', kind, sum, key = ''] =
    /^@store\/file 1 (moving|moved) ([\da-f]{8}) ([\w-]{43})\n/.exec(text) ?? [];
  if (sum !== lineSum(key, 0, key.length)) return undefined;
  return { kind: kind as MoveLine['kind'], key, at: line.length };
}

/** Whether a newer version of this package wrote what begins here. */
export function isNewer(text: string, at: number): boolean {
  // Every format begins with such a line, so a damaged number is told from a newer one.
  const line = text.slice(at, at + secondLineAt);
  const [, said = '', format, sum] = /^(@store\/file (\d+) .{34} )([\da-f]{8})\n/.exec(line) ?? [];
  return Number(format) > 1 && lineSum(said, 0, said.length) === sum;
}

export function newerFormat(): StoreError {
  return new StoreError(
    'INCOMPATIBLE',
    '[@store/file] A newer version of @store/file wrote this session. ' +
      'Finish the deploy of the newer version, or bring this process up to it.',
  );
}
