import { randomBytes } from 'node:crypto';
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** In bytes: a thousand pages, which is how much the log can make the database grow before a commit writes it back. */
const largest = 4 * 1024 * 1024;

/** In bytes. A smaller reserve is not worth a file. */
const smallest = 128 * 1024;

/** The reserve takes at most one eighth of the space that would be free without it. */
const part = 8;

/**
 * Keeps a file whose only purpose is to take up space, and which is deleted when the disk is full: the database can then grow by
 * what is in the log, and the log again has room for ending sessions.
 */
export class DiskReserve {
  readonly #path: string;

  /** @param database The path of the database file; the reserve is kept next to it. */
  constructor(database: string) {
    this.#path = `${database}-reserve`;
  }

  /** Creates the file, or replaces it with a larger one, if the disk has room. Never throws: the store also works without a reserve. */
  keep(): void {
    try {
      const held = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
      if (held >= largest) return;
      const size = Math.min(largest, Math.floor((freeBytes(dirname(this.#path)) + held) / part));
      if (size < smallest || size < held * 2) return;
      this.giveUp();
      // Random, with no short repetitions: some file systems don't store zeros, or compress repeated data.
      const bytes = Buffer.alloc(size, randomBytes(64 * 1024));
      // `wx` neither follows a link nor writes to an existing file.
      writeFileSync(this.#path, bytes, { flag: 'wx', mode: 0o600 });
    } catch {
      // The disk is full or read-only, or another process has just created the file.
    }
  }

  /** Deletes the file. @returns whether it existed */
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
  // Some blocks are reserved for root.
  return bsize * (process.geteuid?.() === 0 ? bfree : bavail);
}
