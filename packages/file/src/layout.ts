import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';

/** Where everything of one session directory is. Every answer is a path. */
export interface Layout {
  readonly directory: string;
  /** One file per session, in 256 shards. */
  readonly records: string;
  /** One empty marker per session that belongs to a subject, in 256 shards. */
  readonly subjects: string;
  /** One file per running store, which its locks are hard links to. */
  readonly owners: string;
  record(key: string): string;
  marker(subject: string, key: string): string;
  /** The shard that has a subject's markers, and how the name of each begins. */
  markersOf(subject: string): { folder: string; prefix: string };
  subjectLock(subject: string): string;
  /** The same lock, by the path of one of the subject's markers. */
  subjectLockOf(marker: string): string;
  /** The lock that whoever removes another owner's locks must hold. */
  guard(token: string): string;
}

/** Lays out a session directory. Names hold hexadecimal digits only, so no key can leave it and no two differ by case alone. */
export function createLayout(directory: string): Layout {
  const records = join(directory, 'records');
  const subjects = join(directory, 'subjects');
  const owners = join(directory, 'owners');
  const markersOf = (subject: string) => {
    const hash = createHash('sha256').update(subject).digest('hex').slice(0, 32);
    return { folder: join(subjects, hash.slice(0, 2)), prefix: `${hash}.` };
  };
  return {
    directory,
    records,
    subjects,
    owners,
    record(key) {
      const name = nameOfKey(key);
      return `${records}/${name.slice(0, 2)}/${name}`;
    },
    marker(subject, key) {
      const { folder, prefix } = markersOf(subject);
      return join(folder, prefix + nameOfKey(key));
    },
    markersOf,
    subjectLock(subject) {
      const { folder, prefix } = markersOf(subject);
      return join(folder, `${prefix}lock`);
    },
    subjectLockOf: (marker) => `${marker.slice(0, marker.lastIndexOf('.'))}.lock`,
    guard: (token) => join(owners, `${token}.lock`),
  };
}

/** base64url keys differ by case, and some file systems do not: the same 32 bytes as 64 hexadecimal digits. */
export function nameOfKey(key: string): string {
  return Buffer.from(key, 'base64url').toString('hex');
}

export function keyOfName(name: string): string {
  return Buffer.from(name, 'hex').toString('base64url');
}

/** What a file in a shard is, by its name; `foreign` is not ours, and is left alone. */
export type FileName =
  | { kind: 'record' }
  | { kind: 'marker'; key: string }
  | { kind: 'lock' }
  | { kind: 'temporary'; token: string }
  | { kind: 'foreign' };

const recordName = /^[\da-f]{64}$/;
const shape =
  /^(?:[\da-f]{32}\.(?<marker>[\da-f]{64})|[\da-f]{64}\.(?<temporary>[\da-f]{16})\.\d+\.tmp|(?<lock>(?:[\da-f]{16}|[\da-f]{32}|[\da-f]{64})\.lock))$/;

export function readFileName(name: string): FileName {
  // Nearly all are, so this is the short way.
  if (name.length === 64) return recordName.test(name) ? { kind: 'record' } : { kind: 'foreign' };
  const { marker, temporary, lock } = shape.exec(name)?.groups ?? {};
  if (marker !== undefined) return { kind: 'marker', key: keyOfName(marker) };
  if (temporary !== undefined) return { kind: 'temporary', token: temporary };
  return lock === undefined ? { kind: 'foreign' } : { kind: 'lock' };
}

/** The lock of the session in a record file. */
export function lockOf(recordPath: string): string {
  return `${recordPath}.lock`;
}

/** The record file that a lock in its folder is for. */
export function recordOf(lock: string): string {
  return lock.slice(0, -'.lock'.length);
}

/** Where a store writes what will become a record file: no two stores, and no two writes of one, share such a name. */
export function temporaryOf(recordPath: string, token: string, count: number): string {
  return `${recordPath}.${token}.${count}.tmp`;
}

/** How the temporaries begin that a store has for the record file with this lock. */
export function temporaryPrefix(lock: string, token: string): string {
  return `${basename(lock, '.lock')}.${token}.`;
}
