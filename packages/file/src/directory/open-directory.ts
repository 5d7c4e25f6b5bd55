import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Awaitable, StoreError } from '@store/core/driver';
import { assertLocalFileSystem } from './file-system.ts';
import { errorCode, makeFolder } from './files.ts';
import { createLayout, type Layout } from './layout.ts';
import { assertPrivate, assertPrivateFolder, assertPrivateShards } from './private-directory.ts';

/** A session directory in use by this store. */
export interface SessionDirectory {
  readonly layout: Layout;
  /** @throws {StoreError} `UNAVAILABLE` when the directory is gone: nothing found in it must not look like "logged out". */
  assertExists(): void;
  /** Runs a write, again if a folder it needs was removed under it (ENOENT, ESTALE) and could be made. */
  write<T>(work: () => Awaitable<T>): Awaitable<T>;
}

const mostAttempts = 3;

/** Makes what is missing of a session directory. */
export function openDirectory(directory: string, checkOwner = true): SessionDirectory {
  const layout = createLayout(directory);
  const folders = [layout.records, layout.subjects];
  assertPrivate(directory, checkOwner);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // A umask can only take away; what is there by now may be another's.
  assertPrivate(directory, checkOwner);
  assertLocalFileSystem(directory);
  for (const folder of folders) assertPrivateShards(folder, checkOwner);
  makeFolders();
  assertThisFormat(directory);

  function makeFolders(): void {
    for (const folder of folders) {
      makeFolder(folder);
      // Where the directory is sticky, another user can have made it first.
      assertPrivateFolder(folder, checkOwner);
    }
  }

  function assertExists(): void {
    if (existsSync(directory)) return;
    throw new StoreError(
      'UNAVAILABLE',
      '[@store/file] The session directory is gone: it was removed, or its volume is not mounted. Bring it back, or create ' +
        'it empty, and the store continues.',
    );
  }

  /** @returns whether to try again */
  function repair(error: unknown, attempt: number): void {
    if (!/^(ENOENT|ESTALE)$/.test(errorCode(error) ?? '') || attempt === mostAttempts) throw error;
    assertExists();
    makeFolders();
  }

  function write<T>(work: () => Awaitable<T>, attempt = 1): Awaitable<T> {
    try {
      const done = work();
      if (!(done instanceof Promise)) return done;
      return done.catch((error) => {
        repair(error, attempt);
        return write(work, attempt + 1);
      });
    } catch (error) {
      repair(error, attempt);
      return write(work, attempt + 1);
    }
  }

  return { layout, assertExists, write: (work) => write(work) };
}

/** Versions before the first release kept sessions in another format, and locks in a folder of their own. */
function assertThisFormat(directory: string): void {
  if (!existsSync(join(directory, 'owners'))) return;
  throw new StoreError(
    'INCOMPATIBLE',
    `[@store/file] ${directory} was written by a version of @store/file from before its first release. Remove the directory, ` +
      'or choose another one: everyone has to sign in again.',
  );
}
