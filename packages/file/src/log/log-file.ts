import { constants, fstatSync, futimesSync, openSync, readSync, writeSync } from 'node:fs';
import { systemErrorCode } from '../directory/files.ts';

// Windows lacks most of these. O_NONBLOCK: opening a pipe planted in place of a session must not wait for a writer.
const { O_RDONLY, O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_NOATIME = 0 } = constants;
const safely = O_NOFOLLOW | O_NONBLOCK;
const openFlags = {
  read: O_RDONLY | safely,
  write: O_RDWR | O_APPEND | safely,
  create: O_RDWR | O_APPEND | O_CREAT | safely,
};

/** A file does not grow beyond the disk blocks that its first record needs. */
const block = 4096;

/** Reserved at the end of the last block, for the line that ends the session or continues it in another file. */
const reserve = 192;

/** Shared by all reads: each is parsed before the next one starts. */
const buffer = Buffer.allocUnsafe(block);

let withoutAccessTime = O_NOATIME;

/** Found in place of a session: anything other than a regular file. */
export const notAFile = -1;

/** @returns `undefined` if the file does not exist, `notAFile` for a link, a pipe, a socket or a folder */
export function openFile(path: string, mode: keyof typeof openFlags): number | undefined {
  // Most failures mean a missing file, and collecting the stack trace of that error would take longer than the call.
  const { stackTraceLimit } = Error;
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    // Our files' modification times are in the future, so under relatime every read without O_NOATIME would update the inode.
    return openSync(path, openFlags[mode] | withoutAccessTime, 0o600);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' && mode !== 'create') return undefined;
    if (code === 'ELOOP' || code === 'EMLINK' || code === 'ENXIO' || code === 'EISDIR') return notAFile;
    // Only the owner of a file may use O_NOATIME.
    if (code !== 'EPERM' || withoutAccessTime === 0) throw error;
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
  withoutAccessTime = 0;
  return openFile(path, mode);
}

/** A file's contents, valid until the next call; `undefined` for a pipe or a folder. */
export function readFile(file: number): Buffer | undefined {
  try {
    const length = readSync(file, buffer, 0, block, 0);
    if (length < block) return buffer.subarray(0, length);
    const { size } = fstatSync(file);
    const bytes = Buffer.allocUnsafe(size);
    return bytes.subarray(0, readSync(file, bytes, 0, size, 0));
  } catch (error) {
    if (systemErrorCode(error) === 'EISDIR' || systemErrorCode(error) === 'ESPIPE') return undefined;
    throw error;
  }
}

/** Whether a line may still be appended. All in bytes; `record` is the length of the line that holds the record. */
export function hasRoom(size: number, line: number, record = 0): boolean {
  return size === 0 || size + line <= Math.ceil((record + reserve) / block) * block - reserve;
}

/**
 * Appends a line that is meant to land at `at`, in one call.
 *
 * @returns whether it counts; `unlinked` if it would but the file has lost its name: someone removed it, or another process has
 * already replaced it with the file that this line names
 */
export function appendLine(file: number, at: number, line: Buffer): boolean | 'unlinked' {
  // A full disk may accept only part of a line. Writing the rest then throws the actual error, and a partial line does not count.
  for (let written = 0; written < line.length; ) written += writeSync(file, line, written);
  const { size, nlink } = fstatSync(file);
  if (size === at + line.length) return nlink > 0 || 'unlinked';
  // Another process appended before or after us. If after, our line counts, whatever has happened to the session since.
  const there = Buffer.alloc(line.length);
  return readSync(file, there, 0, there.length, at) === there.length && there.equals(line);
}

/**
 * Sets the file's modification time to the expiry, so that garbage collection knows when to look inside. Nothing else relies on it,
 * because copies and restored backups change it.
 */
export function hintExpiry(file: number, expiresAt: number): void {
  try {
    futimesSync(file, expiresAt / 1000, expiresAt / 1000);
  } catch {
    // If this fails, garbage collection opens the file once more than necessary.
  }
}
