import { constants, fstatSync, futimesSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { errorCode } from '../directory/files.ts';

// Windows lacks most of these. O_NONBLOCK: opening a pipe that somebody put there must not wait for a writer.
const { O_RDONLY, O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_NOATIME = 0 } = constants;
const safely = O_NOFOLLOW | O_NONBLOCK;
const openFlags = {
  read: O_RDONLY | safely,
  write: O_RDWR | O_APPEND | safely,
  create: O_RDWR | O_APPEND | O_CREAT | safely,
};

/** A file grows no further than the disk blocks that its first record needs. */
const block = 4096;

/** What stays free at the end of a block for the line that ends a session or continues it in another file. */
const reserve = 192;

/** Shared by all reads, since nothing waits between a read and the use of what was read. */
const buffer = Buffer.allocUnsafe(block);

let withoutAccessTime = O_NOATIME;

/** What is in the place of a session's file and is no file: a link, a pipe, a socket. */
export const notAFile = -1;

/** @returns `undefined` when there is no file, `notAFile` for a link, a pipe, a socket or a folder */
export function openFile(path: string, mode: keyof typeof openFlags): number | undefined {
  // Most that fail find no file, and collecting the stack of that error would take longer than the call.
  const { stackTraceLimit } = Error;
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    // Without O_NOATIME each read of a file that is modified in the future, as these are, writes its inode (relatime).
    return openSync(path, openFlags[mode] | withoutAccessTime, 0o600);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' && mode !== 'create') return undefined;
    if (code === 'ELOOP' || code === 'EMLINK' || code === 'ENXIO' || code === 'EISDIR') return notAFile;
    // Only the owner of a file may ask for that.
    if (code !== 'EPERM' || withoutAccessTime === 0) throw error;
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
  withoutAccessTime = 0;
  return openFile(path, mode);
}

/** All of a file; valid until the next call. `undefined` for what cannot be read so, such as a pipe or a folder. */
export function readFile(file: number): Buffer | undefined {
  try {
    const length = readSync(file, buffer, 0, block, 0);
    return length < block ? buffer.subarray(0, length) : readFileSync(file);
  } catch (error) {
    if (errorCode(error) === 'EISDIR' || errorCode(error) === 'ESPIPE') return undefined;
    throw error;
  }
}

/** Whether a line of so many bytes may be appended to a file, of which the record in it has taken so many. */
export function hasRoom(size: number, line: number, record = 0): boolean {
  return size === 0 || size + line <= Math.ceil((record + reserve) / block) * block - reserve;
}

/**
 * Appends a line that expects to land at `at`, in one call.
 *
 * @returns whether it counts; `unlinked` if it does, but in a file that has no name any more: it was removed by hand, or another process
 * has renamed over it the one that this line names
 */
export function appendLine(file: number, at: number, line: Buffer): boolean | 'unlinked' {
  // A full disk may take a part. Then the rest tells why; and what was cut off does not count.
  for (let written = 0; written < line.length; ) written += writeSync(file, line, written);
  const { size, nlink } = fstatSync(file);
  if (size === at + line.length) return nlink > 0 || 'unlinked';
  // Somebody appended before or after. If after, that may have ended the session, or continued it in another file.
  const there = Buffer.alloc(line.length);
  return readSync(file, there, 0, there.length, at) === there.length && there.equals(line);
}

/**
 * Tells garbage collection, by the file's modification time, when a look inside may be worth it. Nothing else relies on it, for
 * copies and restored backups change it.
 */
export function hintExpiry(file: number, expiresAt: number): void {
  try {
    futimesSync(file, expiresAt / 1000, expiresAt / 1000);
  } catch {
    // Without it garbage collection looks inside once more than it had to.
  }
}
