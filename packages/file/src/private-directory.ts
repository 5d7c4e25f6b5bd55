import { statSync } from 'node:fs';
import { StoreError } from '@store/core/driver';

let hasWarned = false;

/**
 * Makes sure that only this process's user, root and a group that was given access on purpose can put sessions into a directory,
 * if it exists. Root can write anywhere, so for another owner's directory it only warns, once. Windows has no such modes, and is not
 * checked.
 *
 * @throws {StoreError} `INVALID_OPTION` with the command that fixes it.
 */
export function assertPrivate(directory: string): void {
  // Asked each time: a process may give up root after it has loaded this module.
  const self = process.geteuid?.();
  const found = statSync(directory, { throwIfNoEntry: false });
  if (self === undefined || !found) return;
  const isOurs = found.uid === self;
  if (!isOurs && found.uid !== 0) {
    const problem = refused(
      directory,
      `belongs to another user (${found.uid}; this process runs as ${self})`,
      `chown ${self} ${quoted(directory)} as root, or start as that user`,
    );
    if (self !== 0) throw problem;
    if (!hasWarned) process.emitWarning(problem.message);
    hasWarned = true;
  }
  // In a sticky directory, such as a mounted tmpfs, only the owner of an entry may rename or remove it.
  const isSticky = (found.mode & 0o1000) !== 0;
  if (found.mode & 0o002 && !(isSticky && isOurs))
    throw refused(directory, 'can be written by every user', `chmod o-w ${quoted(directory)}`);
}

function refused(path: string, what: string, command: string): StoreError {
  return new StoreError(
    'INVALID_OPTION',
    `[@store/file] directory must be safe from other users, but ${path} ${what}. Run ${command}.`,
  );
}

/** As a shell takes it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
