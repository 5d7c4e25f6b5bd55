import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** The paths in one session directory. */
export interface Layout {
  readonly directory: string;
  /** One file per session, in 256 shards. */
  readonly records: string;
  /** One empty marker per session that belongs to a subject, in 256 shards. */
  readonly subjects: string;
  record(key: string): string;
  marker(subject: string, key: string): string;
  /** The shard with a subject's markers, and the prefix of their names. */
  markersOf(subject: string): { folder: string; prefix: string };
}

/** The layout of a session directory. Names are hexadecimal, so no key leads out of it and no two differ only by case. */
export function createLayout(directory: string): Layout {
  const records = join(directory, 'records');
  const subjects = join(directory, 'subjects');
  const markersOf = (subject: string) => {
    const hash = createHash('sha256').update(subject).digest('hex').slice(0, 32);
    return { folder: join(subjects, hash.slice(0, 2)), prefix: `${hash}.` };
  };
  return {
    directory,
    records,
    subjects,
    record(key) {
      const name = nameOfKey(key);
      return `${records}/${name.slice(0, 2)}/${name}`;
    },
    marker(subject, key) {
      const { folder, prefix } = markersOf(subject);
      return join(folder, prefix + nameOfKey(key));
    },
    markersOf,
  };
}

/** The same 32 bytes as 64 hexadecimal digits: base64url keys may differ only by case, which some file systems ignore. */
export function nameOfKey(key: string): string {
  return Buffer.from(key, 'base64url').toString('hex');
}

export function keyOfName(name: string): string {
  return Buffer.from(name, 'hex').toString('base64url');
}

/** The kinds of files, recognized by name; `foreign` ones are left alone. */
export type FileName =
  | { kind: 'record' }
  | { kind: 'marker'; key: string }
  /** A file that will replace a session's file, or was meant to. */
  | { kind: 'successor'; key: string }
  | { kind: 'foreign' };

const recordName = /^[\da-f]{64}$/;
const shape = /^(?:[\da-f]{32}\.(?<marker>[\da-f]{64})|(?<successor>[\da-f]{64})\.[\da-f]{16}\.\d+\.next)$/;

export function readFileName(name: string): FileName {
  // The fast path: nearly all are records.
  if (name.length === 64) return recordName.test(name) ? { kind: 'record' } : { kind: 'foreign' };
  const { marker, successor } = shape.exec(name)?.groups ?? {};
  if (marker !== undefined) return { kind: 'marker', key: keyOfName(marker) };
  return successor === undefined ? { kind: 'foreign' } : { kind: 'successor', key: keyOfName(successor) };
}
