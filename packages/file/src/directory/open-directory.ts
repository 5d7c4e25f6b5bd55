import { accessSync, constants, existsSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from '@store/core/driver';
import { assertLocalFileSystem } from './file-system.ts';
import { systemErrorCode } from './files.ts';
import { createLayout, type Layout } from './layout.ts';
import { assertPrivate, assertPrivateFolder, assertPrivateShards } from './private-directory.ts';

/** A session directory in use by this store. */
export interface SessionDirectory {
  readonly layout: Layout;
  /** @throws {StoreError} `UNAVAILABLE` if the directory is gone, so that its sessions do not look logged out. */
  assertExists(): void;
  /** Creates a file at `path`, and its folder if that was removed while the store was running. */
  create<T>(path: string, work: () => T): T;
}

/** Opens a session directory, and creates whatever part of it is missing. */
export function openDirectory(directory: string, checkOwner = true): SessionDirectory {
  const layout = createLayout(directory);
  const folders = [layout.records, layout.subjects];
  assertPrivate(directory, checkOwner);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Another user may have created it just now. Our own umask can only remove permissions.
  assertPrivate(directory, checkOwner);
  assertLocalFileSystem(directory);
  for (const folder of folders) assertPrivateShards(folder, checkOwner);
  for (const folder of folders) {
    makeFolder(folder);
    // In a sticky directory, another user may have created it first.
    assertPrivateFolder(folder, checkOwner);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  }
  if (existsSync(join(directory, 'owners'))) throw earlierFormat(directory);

  function assertExists(): void {
    if (existsSync(directory)) return;
    throw new StoreError(
      'UNAVAILABLE',
      '[@store/file] The session directory is gone: it was removed, or its volume is not mounted. Bring it back, or create ' +
        'it empty, and the store continues.',
    );
  }

  function create<T>(path: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      assertExists();
      makeFolder(dirname(dirname(path)));
      makeFolder(dirname(path));
      return work();
    }
  }

  return { layout, assertExists, create };
}

/** Creates a folder that only its owner can enter. @throws if anything else has the name, such as a symbolic link */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST' || !lstatSync(path).isDirectory()) throw error;
  }
}

function earlierFormat(directory: string): StoreError {
  return new StoreError(
    'INCOMPATIBLE',
    `[@store/file] ${directory} was written by a version of @store/file from before its first release. Remove the directory, ` +
      'or choose another one: everyone has to sign in again.',
  );
}
