import {
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FileHead, longestHead, readHead } from './record-format.ts';

// Windows lacks both flags. O_NONBLOCK: opening a pipe that somebody put there must not wait for a writer.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
const reading = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

/** How often a file is read again that was being touched while it was read; a touch writes 26 bytes. */
const mostReads = 50;

const buffer = Buffer.allocUnsafe(longestHead);

export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** What is in a record file; `undefined` when there is none. */
export function readHeadOf(path: string): Exclude<FileHead, { kind: 'torn' }> | undefined {
  return readUntorn(() => {
    const text = readText(path, (path) => {
      const file = openSync(path, reading);
      try {
        return buffer.toString('utf8', 0, readSync(file, buffer, 0, longestHead, 0));
      } finally {
        closeSync(file);
      }
    });
    return text === undefined ? undefined : { head: readHead(text) };
  })?.head;
}

/** The same with the whole text. */
export function readFile(path: string) {
  return readUntorn(() => {
    const text = readText(path, (path) => readFileSync(path, { encoding: 'utf8', flag: reading }));
    return text === undefined ? undefined : { head: readHead(text), text };
  });
}

type Untorn<T> = T & { head: Exclude<FileHead, { kind: 'torn' }> };

function readUntorn<T extends { head: FileHead }>(read: () => T | undefined): Untorn<T> | undefined {
  for (let reads = 1; ; reads++) {
    const found = read();
    if (found === undefined || found.head.kind !== 'torn') return found as Untorn<T> | undefined;
    if (reads === mostReads) return { ...found, head: { kind: 'damaged' } };
  }
}

function readText(path: string, read: (path: string) => string): string | undefined {
  try {
    return read(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    // A symbolic link, a folder or a socket in a session's place is no session.
    if (code === 'ELOOP' || code === 'EMLINK' || code === 'EISDIR' || code === 'ENXIO') return '';
    throw error;
  }
}

/** Writes a file that must not be there, for its owner's eyes only. What a failure leaves behind is removed. */
export function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' && errorCode(error) !== 'ENOENT') removeIfThere(path);
    throw error;
  }
}

/** Gives a file a second name. @returns `false` when that name is taken */
export function linkIfFree(path: string, free: string): boolean {
  try {
    linkSync(path, free);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** @returns `false` when there was nothing to remove */
export function removeIfThere(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Makes a folder only its owner can enter. @throws when something else has its name, a symbolic link for one */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !lstatSync(path).isDirectory()) throw error;
  }
}

/** Waits until a file, or the names in a folder, are on the disk. */
export async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Windows cannot flush a folder; its journal orders the names. */
export async function syncFolderOf(path: string): Promise<void> {
  if (process.platform !== 'win32') await syncToDisk(dirname(path));
}
