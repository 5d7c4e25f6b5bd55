import { closeSync, constants, futimesSync, lstatSync, openSync, utimesSync, writeSync } from 'node:fs';
import { expiryOffset, writeExpiry } from './record-format.ts';

// Windows lacks O_NOFOLLOW.
const { O_RDWR, O_NOFOLLOW = 0 } = constants;

/** Writes a new expiry over the old one, in place. Only for who holds the session's lock. */
export function rewriteExpiry(path: string, expiresAt: number): void {
  const file = openSync(path, O_RDWR | O_NOFOLLOW);
  try {
    writeSync(file, writeExpiry(expiresAt), expiryOffset);
    futimesSync(file, expiresAt / 1000, expiresAt / 1000);
  } finally {
    closeSync(file);
  }
}

/**
 * Tells garbage collection, by the file's modification time, when a look inside may be worth it: 4 µs instead of 14. No more
 * than that hangs on it, for copies and restored backups change it.
 */
export function hintExpiry(path: string, expiresAt: number): void {
  utimesSync(path, expiresAt / 1000, expiresAt / 1000);
}

/** Tells whether a file's hint lies in the future; one that is gone has nothing to look for either. */
export function isHintedAlive(path: string, now: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats === undefined || stats.mtimeMs > now;
}
