import { renameSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { temporaryOf } from './layout.ts';
import type { Identity } from './owner.ts';
import { errorCode, makeFolder, removeIfThere, syncToDisk, writeNew } from './session-files.ts';

/** A whole file that has no session's name yet. */
export interface Temporary {
  readonly path: string;
  /** Puts it in a record's place, which no reader sees half done. */
  renameTo(path: string): void;
  /** The same off the event loop. */
  renameOffLoop(path: string): Promise<void>;
}

/** What a file is to hold; its modification time, in epoch milliseconds, tells when a look inside is worth it. */
export interface Content {
  bytes: Buffer;
  modified?: number;
}

/** Writes what will be at `destination` under a name of its own, lets `use` put it there, and leaves nothing behind. */
export type WithTemporary = <T>(
  destination: string,
  content: Content,
  use: (temporary: Temporary) => Promise<T>,
) => Promise<T>;

export function createWithTemporary(owner: { readonly identity: Identity }, durable: boolean): WithTemporary {
  let count = 0;
  return async (destination, content, use) => {
    const path = temporaryOf(destination, owner.identity.token, count++);
    let there = true;
    writeMakingFolder(path, content);
    try {
      if (durable) await syncToDisk(path);
      return await use({
        path,
        renameTo(target) {
          renameSync(path, target);
          there = false;
        },
        async renameOffLoop(target) {
          await rename(path, target);
          there = false;
        },
      });
    } finally {
      if (there) removeIfThere(path);
    }
  };
}

function writeMakingFolder(path: string, { bytes, modified }: Content): void {
  try {
    writeNew(path, bytes, modified);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    makeFolder(dirname(path));
    writeNew(path, bytes, modified);
  }
}
