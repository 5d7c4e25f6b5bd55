import { lstatSync } from 'node:fs';
import { setModified } from './session-files.ts';

/**
 * Tells garbage collection, by the file's modification time, when a look inside may be worth it: 3 µs instead of 8. No more
 * than that hangs on it, for copies and restored backups change it.
 */
export function hintExpiry(file: number, expiresAt: number): void {
  setModified(file, expiresAt);
}

/** A file's hint, in epoch milliseconds; `undefined` when there is no file. */
export function hintedExpiry(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
