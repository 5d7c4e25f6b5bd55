import type { OpenDescriptor } from './open-descriptor.ts';

const length = 100;

/** The start of a database file (https://sqlite.org/fileformat2.html#the_database_header). */
export interface FileHeader {
  bytes: Buffer;
  /** Counts changes of the first page. In WAL mode it may stay where it is, but never falls. */
  changes: number;
  /** Rises with every change of the schema, and with `VACUUM`. */
  schema: number;
  /** Bytes that the file must have to be complete. Falls only with `VACUUM`, or if the database vacuums itself. */
  size: number;
  vacuumsItself: boolean;
}

/**
 * Reads the header of a file that others may be writing.
 *
 * @returns `'none'` when the file does not begin with one, `undefined` when it cannot be read, or not in one piece.
 */
export function readHeader(descriptor: OpenDescriptor): FileHeader | 'none' | undefined {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const bytes = descriptor.read(0, length);
    if (!bytes) return undefined;
    if (bytes.length < length || bytes.toString('latin1', 0, 16) !== 'SQLite format 3\0') return 'none';
    const changes = bytes.readUInt32BE(24);
    // SQLite sets both at the same time, so they differ in a page that is only half written.
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
 * Tells a file that SQLite went on writing from one that something else wrote over, such as `cp backup.db sessions.db`. In doubt
 * it is SQLite's: a copy of the file may pass as its own continuation, but what SQLite wrote is never taken for a copy.
 *
 * @param schemaNow What SQLite says, whose log may hold a later schema than the file; `undefined` when it cannot say.
 * @param isFromLog Whether the first page may be one that the log has held since.
 * @returns `undefined` when that leaves it open
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

/** For counters that wrap at 32 bits. */
function isLess(one: number, other: number): boolean {
  return (one - other) >>> 0 > 0x7fff_ffff;
}
