import { closeSync, fsync, lstatSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { promisify } from 'node:util';

const flush = promisify(fsync);

export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** @returns `false` when there was nothing to remove */
export function removeIfExists(path: string): boolean {
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

/** Waits until the names in a folder are on the disk. Windows cannot flush a folder; its journal orders the names. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    await flush(folder);
  } finally {
    closeSync(folder);
  }
}
