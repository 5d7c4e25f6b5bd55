import type { OpenDescriptor } from './open-descriptor.ts';

const length = 100;

/** The start of a database file (https://sqlite.org/fileformat2.html#the_database_header). */
export interface FileHeader {
  bytes: Buffer;
  /** Counts changes to the first page. In WAL mode it may stay the same, but it never decreases. */
  changes: number;
  /** Increases with every schema change and with `VACUUM`. */
  schema: number;
  /** The size of a complete file in bytes. Decreases only with `VACUUM`, or if auto-vacuum is on. */
  size: number;
  vacuumsItself: boolean;
}

/**
 * Reads the header of a file that another process may be writing.
 *
 * @returns `'none'` when the file does not begin with a header; `undefined` when it cannot be read, or keeps changing while it
 * is read.
 */
export function readHeader(descriptor: OpenDescriptor): FileHeader | 'none' | undefined {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const bytes = descriptor.read(0, length);
    if (!bytes) return undefined;
    if (bytes.length < length || bytes.toString('latin1', 0, 16) !== 'SQLite format 3\0') return 'none';
    const changes = bytes.readUInt32BE(24);
    // SQLite sets both at the same time, so they differ only in a half-written page.
    if (changes !== bytes.readUInt32BE(92)) continue;
    const pageSize = bytes.readUInt16BE(16);
    return {
      bytes,
      changes,
      schema: bytes.readUInt32BE(40),
      size: (pageSize === 1 ? 65_536 : pageSize) * bytes.readUInt32BE(28),
      vacuumsItself: bytes.readUInt32BE(52) !== 0,
    };
  }
  return undefined;
}

/**
 * Tells whether something other than SQLite, such as `cp backup.db sessions.db`, has overwritten the file. If in doubt, the answer
 * is no: a copy may be mistaken for SQLite's work, but SQLite's work is never mistaken for a copy.
 *
 * @param schemaNow The schema version according to SQLite, whose log may be ahead of the file; `undefined` when it is unknown.
 * @param isFromLog Whether the log may have held this first page since `before` was read.
 * @returns `undefined` if it cannot tell
 */
export function isOverwritten(
  before: FileHeader,
  now: FileHeader | 'none',
  schemaNow: () => number | undefined,
  isFromLog: (header: FileHeader) => boolean,
): boolean | undefined {
  if (now === 'none') return true;
  if (isLess(now.changes, before.changes)) return true;
  if (now.schema === before.schema) {
    return now.size < before.size && !before.vacuumsItself && !isFromLog(now);
  }
  if (isLess(now.schema, before.schema)) return !isFromLog(now);
  const schema = schemaNow();
  if (schema === undefined) return undefined;
  return isLess(schema, now.schema) || !isFromLog(now);
}

/** Compares counters that wrap at 32 bits. */
function isLess(one: number, other: number): boolean {
  return (one - other) >>> 0 > 0x7fff_ffff;
}
