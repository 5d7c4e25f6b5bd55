import { existsSync, mkdirSync } from 'node:fs';
import { StoreError } from '@store/core/driver';
import { assertLocalFileSystem } from './directory/file-system.ts';
import { assertPrivate, assertPrivateFolder, assertPrivateShards } from './directory/private-directory.ts';
import { createLayout, type Layout } from './layout.ts';
import { createIdentity, type Identity, removeDeadOwners, writeOwner } from './owner.ts';
import { errorCode, linkIfFree, makeFolder, removeIfThere } from './session-files.ts';

/** A session directory in use by this store. */
export interface SessionDirectory {
  readonly layout: Layout;
  /** This store's identity and its file; both are new after `repair`. */
  readonly owner: { readonly path: string; readonly identity: Identity };
  /** @throws {StoreError} `UNAVAILABLE` when the directory is gone: nothing found in it must not look like "logged out". */
  assertThere(): void;
  /**
   * Runs a write, again if a file it needs is gone (ENOENT, ESTALE): folders were removed under it, or its locks were given to
   * others. Both are put right before.
   */
  write<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

const mostAttempts = 3;

/** Makes what is missing of a session directory, and joins it. */
export function openDirectory(directory: string, checkOwner = true): SessionDirectory {
  const layout = createLayout(directory);
  const folders = [layout.records, layout.subjects, layout.owners];
  assertPrivate(directory, checkOwner);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // A umask can only take away; what is there by now may be another's.
  assertPrivate(directory, checkOwner);
  assertLocalFileSystem(directory);
  for (const folder of folders) assertPrivateShards(folder, checkOwner);
  const owner = register();
  removeDeadOwners(layout.owners, owner.identity);

  function register(): { path: string; identity: Identity } {
    for (const folder of folders) {
      makeFolder(folder);
      // Where the directory is sticky, another user can have made it first.
      assertPrivateFolder(folder, checkOwner);
    }
    const identity = createIdentity();
    const path = writeOwner(layout.owners, identity);
    // Locks are hard links, so a file system without them is found out here and not at the first write.
    linkIfFree(path, layout.guard(identity.token));
    removeIfThere(layout.guard(identity.token));
    return { identity, path };
  }

  function repair(): void {
    assertThere();
    const left = owner.path;
    Object.assign(owner, register());
    removeIfThere(left);
  }

  function assertThere(): void {
    if (existsSync(directory)) return;
    throw new StoreError(
      'UNAVAILABLE',
      '[@store/file] The session directory is gone: it was removed, or its volume is not mounted. Bring it back, or create ' +
        'it empty, and the store goes on.',
    );
  }

  return {
    layout,
    owner,
    assertThere,
    async write(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await work();
        } catch (error) {
          if (!/^(ENOENT|ESTALE)$/.test(errorCode(error) ?? '') || attempt === mostAttempts) throw error;
          repair();
        }
      }
    },
    close: () => void removeIfThere(owner.path),
  };
}
