import { closeSync, lstatSync, openSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { StoreError } from '@store/core/driver';
import { assertOwnMount, warnOnce } from './mounts.ts';

/** The files that SQLite keeps next to a database and takes content from: planted ones would be read as sessions. */
const companions = ['-wal', '-shm', '-journal'];

/**
 * Makes sure that only this process's user, root and a group that was given access on purpose can change the database, and makes the
 * file if it is missing, for its owner only. The files that SQLite makes next to it take the mode of the database file. Symbolic links
 * are followed, and each place they lead through is checked. Windows has no such modes, and is not checked.
 *
 * @param checkOwner whether to check owners and modes
 * @param mayCreate whether to make the file if it is missing
 * @returns the path behind all symbolic links, which SQLite derives the names of its other files from
 * @throws {StoreError} `INVALID_OPTION` with the command that fixes it, or naming a directory that does not exist or a file that is
 * mounted without its directory.
 */
export function preparePrivateFile(path: string, checkOwner = true, mayCreate = true): string {
  let file = path;
  for (let hops = 0; ; hops++) {
    assertDirectory(dirname(file), checkOwner);
    // The target of a link is relative to the real directory; `realpathSync` itself would resolve a `..` in it by name.
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
 * Checks the database and the files next to it. To be called once more when SQLite has them open: in a directory like
 * /tmp another user could have made one in between.
 */
export function assertPrivateFiles(file: string, checkOwner = true): void {
  for (const each of [file, ...companions.map((suffix) => file + suffix)]) {
    const found = lstatSync(each, { throwIfNoEntry: false });
    // A directory or a device is left for SQLite to refuse.
    if (!found || (each === file && !found.isFile())) continue;
    if (!found.isFile()) throw refused(each, 'is not a regular file', `rm ${quoted(each)}`);
    if (!checkOwner) continue;
    assertOwner(each, found);
    if (isWritableByAll(found)) {
      throw refused(each, 'can be written by every user', `chmod o-w ${quoted(each)}${orTurnOff}`);
    }
  }
}

/** A user who may write a directory can replace the database in it. */
function assertDirectory(directory: string, checkOwner: boolean): void {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (!found) {
    throw new StoreError(
      'INVALID_OPTION',
      `[@store/sqlite] database must be in a directory that exists; there is no ${directory}. Create it or correct the path.`,
    );
  }
  if (!checkOwner) return;
  // A link to a directory can be planted as well as the directory itself.
  for (const each of new Set([directory, realpathSync(directory)])) assertOwner(each, found);
  // In a sticky directory, such as /tmp, only the owner of a file may rename or delete it.
  const isSticky = (found.mode & 0o1000) !== 0;
  if (isSticky || !isWritableByAll(found)) return;
  throw refused(
    directory,
    'can be written by every user, who could replace the database',
    `chmod o-w ${quoted(directory)}${orTurnOff}`,
  );
}

/**
 * Root can write everything anyway, so what belongs to root is as safe as what is ours. A process of root's only warns about another
 * user's files, once for each user: in a container it is usual that the volume belongs to somebody else, and only an administrator can
 * have put such a file there. Below a directory that every user may write, such as /tmp, anybody may have planted it: that is refused.
 */
function assertOwner(path: string, { uid }: Stats): void {
  // Asked each time: a process may give up root after it has loaded this module.
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

/** The directory in which any user could have made `path`, or the directory of another user that it is in. */
function openDirectoryAbove(path: string, self: number): string | undefined {
  const directory = dirname(path);
  const found = statSync(directory);
  if (isWritableByAll(found)) return directory;
  const isTrusted = found.uid === self || found.uid === 0 || directory === dirname(directory);
  return isTrusted ? undefined : openDirectoryAbove(directory, self);
}

/** A group may write: volumes of containers are often made that way. */
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

/** As a shell takes it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
