import { randomBytes } from 'node:crypto';
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Bytes: the thousand pages by which the log may let the database grow before a commit writes it back. */
const largest = 4 * 1024 * 1024;

/** Less than this is not worth a file. */
const smallest = 128 * 1024;

/** At most this part of what would be free without it. */
const part = 8;

/**
 * Keeps a file that only takes room, to be given up when the disk is full: the database then grows by what is in the log,
 * and the log has room again for ending sessions.
 */
export class DiskReserve {
  readonly #path: string;

  /** @param database The path of the database file; the reserve is next to it. */
  constructor(database: string) {
    this.#path = `${database}-reserve`;
  }

  /** Makes the file if it is missing, or has become small, and there is room. Never fails: a store without it works, too. */
  keep(): void {
    try {
      const held = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
      if (held >= largest) return;
      const size = Math.min(largest, Math.floor((freeBytes(dirname(this.#path)) + held) / part));
      if (size < smallest || size < held * 2) return;
      this.giveUp();
      // Some file systems store no zeros, and little of what repeats itself soon.
      const bytes = Buffer.alloc(size, randomBytes(64 * 1024));
      // Never follows a link, nor writes to a file that exists.
      writeFileSync(this.#path, bytes, { flag: 'wx', mode: 0o600 });
    } catch {
      // Full, read-only, or made by another process meanwhile.
    }
  }

  /** @returns whether there was anything to give up */
  giveUp(): boolean {
    try {
      rmSync(this.#path);
      return true;
    } catch {
      return false;
    }
  }
}

/** Bytes that this process can still write to the disk of a directory. */
export function freeBytes(directory: string): number {
  const { bsize, bavail, bfree } = statfsSync(directory);
  // Some blocks are for root only.
  return bsize * (process.geteuid?.() === 0 ? bfree : bavail);
}
