import {
  closeSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/**
 * Writes a file that must not be there, for its owner's eyes only. What a failure leaves behind is removed.
 *
 * @param modified Its modification time, in epoch milliseconds; now when left out.
 */
export function writeNew(path: string, content: string | Buffer, modified?: number): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, content);
    if (modified !== undefined) setModified(file, modified);
  } catch (error) {
    removeIfThere(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

/**
 * Says when an open file was modified, in epoch milliseconds. Its access time lies a second later: Linux (`relatime`) writes a
 * new one at every read of a file that has none later than its modification, and takes that to the disk.
 */
export function setModified(file: number, modified: number): void {
  futimesSync(file, modified / 1000 + 1, modified / 1000);
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
