import { closeSync, lstatSync, openSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { StoreError } from '@store/core/driver';
import { assertOwnMount, warnOnce } from './mounts.ts';

/** Files next to the database that SQLite reads content from, so planting one would be a way to forge sessions. */
const companions = ['-wal', '-shm', '-journal'];

/**
 * Makes sure that only this process's user, root and a group that was deliberately given access can modify the database. Creates a
 * missing file with access for its owner only; files that SQLite creates next to it get the mode of the database file. Symbolic links
 * are followed, and every path along the way is checked. Windows has no such modes and is not checked.
 *
 * @param checkOwner whether to check owners and modes
 * @param mayCreate whether to create the file if it is missing
 * @returns the path behind all symbolic links, from which SQLite derives the names of its other files
 * @throws {StoreError} `INVALID_OPTION` with the command that fixes the problem, or naming a directory that does not exist or a file
 * that is mounted without its directory.
 */
export function preparePrivateFile(path: string, checkOwner = true, mayCreate = true): string {
  let file = path;
  for (let hops = 0; ; hops++) {
    assertDirectory(dirname(file), checkOwner);
    // A link's target is relative to the real directory; `realpathSync` itself would resolve a `..` in it lexically.
    if (hops > 0) file = join(realpathSync.native(dirname(file)), basename(file));
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (hops === 40 || !found?.isSymbolicLink()) break;
    if (checkOwner) assertOwner(file, found);
    const target = readlinkSync(file);
    file = isAbsolute(target) ? target : `${dirname(file)}/${target}`;
  }
  try {
    // Never opens an existing file: closing it would drop the locks that this process holds on it (POSIX fcntl).
    if (mayCreate) closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  assertOwnMount(file);
  assertPrivateFiles(file, checkOwner);
  return file;
}

/**
 * Checks the database and the files next to it. Call it again once SQLite has them open: in a directory like /tmp, another
 * user could have created one of those files in between.
 */
export function assertPrivateFiles(file: string, checkOwner = true): void {
  for (const each of [file, ...companions.map((suffix) => file + suffix)]) {
    const found = lstatSync(each, { throwIfNoEntry: false });
    // SQLite itself refuses a directory or a device.
    if (!found || (each === file && !found.isFile())) continue;
    if (!found.isFile()) throw refused(each, 'is not a regular file', `rm ${quoted(each)}`);
    if (!checkOwner) continue;
    assertOwner(each, found);
    if (isWritableByAll(found)) {
      throw refused(each, 'is writable by every user', `chmod o-w ${quoted(each)}${orTurnOff}`);
    }
  }
}

/** A user with write access to a directory can replace the database in it. */
function assertDirectory(directory: string, checkOwner: boolean): void {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (!found) {
    throw new StoreError(
      'INVALID_OPTION',
      `[@store/sqlite] database must be in an existing directory, but ${directory} does not exist. Create it or correct the path.`,
    );
  }
  if (!checkOwner) return;
  // Another user could have planted the link to a directory as well as the directory itself.
  for (const each of new Set([directory, realpathSync(directory)])) assertOwner(each, found);
  // In a sticky directory, such as /tmp, only the owner of a file may rename or delete it.
  const isSticky = (found.mode & 0o1000) !== 0;
  if (isSticky || !isWritableByAll(found)) return;
  throw refused(
    directory,
    'is writable by every user, so any user could replace the database',
    `chmod o-w ${quoted(directory)}${orTurnOff}`,
  );
}

/**
 * Root can write to everything anyway, so root's files are as safe as our own. A process that runs as root only warns about another
 * user's files, once per user: in a container, the volume often belongs to another user, and only an administrator could have put
 * such a file there. Under a directory that every user can write to, such as /tmp, any user may have planted it, so it is refused.
 */
function assertOwner(path: string, { uid }: Stats): void {
  // Looked up on each call: a process may drop root privileges after loading this module.
  const self = process.geteuid?.();
  if (self === undefined || uid === self || uid === 0) return;
  const what = `belongs to another user (${uid}; this process runs as ${self})`;
  const open = openDirectoryAbove(path, self);
  if (open !== undefined) {
    throw refused(
      path,
      `${what}, and every user can put files in ${open}`,
      `mkdir -m 700 ${quoted(resolve(open, 'sessions'))} and keep the database there`,
    );
  }
  const problem = refused(
    path,
    what,
    `chown ${self} ${quoted(path)} as root, start as that user${orTurnOff}`,
  );
  if (self !== 0) throw problem;
  warnOnce(`owner ${uid}`, problem.message);
}

/** The nearest directory above `path` that every user can write to; the search ends at a directory that this user or root owns. */
function openDirectoryAbove(path: string, self: number): string | undefined {
  const directory = dirname(path);
  const found = statSync(directory);
  if (isWritableByAll(found)) return directory;
  const isTrusted = found.uid === self || found.uid === 0 || directory === dirname(directory);
  return isTrusted ? undefined : openDirectoryAbove(directory, self);
}

/** Group write access is accepted, since container volumes are often set up that way. */
function isWritableByAll({ mode }: Stats): boolean {
  return process.platform !== 'win32' && (mode & 0o002) !== 0;
}

const orTurnOff = ', or pass checkOwner: false if that is impossible';

function refused(path: string, what: string, command: string): StoreError {
  return new StoreError(
    'INVALID_OPTION',
    `[@store/sqlite] database must be safe from other users, but ${path} ${what}. Run ${command}.`,
  );
}

/** Quotes a path for a shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
