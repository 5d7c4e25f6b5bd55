import { closeSync, lstatSync, openSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StoreError } from '@store/core/driver';

/** The files that SQLite keeps next to a database and takes content from: planted ones would be read as sessions. */
const companions = ['-wal', '-shm', '-journal'];

/** Who this process runs as; unknown on Windows, where a mode says nothing about who may write. */
const self = process.geteuid?.();

/**
 * Makes sure that nobody but this process's user (and root) can change the database, and makes the file if it is missing,
 * for its owner only; SQLite gives `-wal` and `-shm` the same mode. Symbolic links are followed, and each place they lead
 * through is checked. Windows has no such modes, and is not checked.
 *
 * @returns the path behind all symbolic links, which SQLite derives the names of its other files from
 * @throws {StoreError} `INVALID_OPTION` with the command that mends it, or naming a directory that does not exist.
 */
export function preparePrivateFile(path: string): string {
  let file = path;
  for (let hops = 0; ; hops++) {
    assertDirectory(dirname(file));
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (hops === 40 || !found?.isSymbolicLink()) break;
    assertOwner(file, found);
    file = resolve(dirname(file), readlinkSync(file));
  }
  try {
    // Never opens an existing file: closing it would drop the locks that this process holds on it (POSIX fcntl).
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  assertPrivateFiles(file);
  return file;
}

/**
 * Checks the database and the files next to it. To be called once more when SQLite has them open: in a directory like
 * /tmp another user could have made one in between.
 */
export function assertPrivateFiles(file: string): void {
  for (const each of [file, ...companions.map((suffix) => file + suffix)]) {
    const found = lstatSync(each, { throwIfNoEntry: false });
    // A directory or a device is left for SQLite to refuse.
    if (!found || (each === file && !found.isFile())) continue;
    if (!found.isFile()) throw refused(each, 'is not a regular file', `rm ${quoted(each)}`);
    assertOwner(each, found);
    if (self !== undefined && found.mode & 0o022) {
      throw refused(each, 'can be written by other users', `chmod go-w ${quoted(each)}`);
    }
  }
}

/** A user who may write a directory can replace the database in it. */
function assertDirectory(directory: string): void {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (!found) {
    throw new StoreError(
      'INVALID_OPTION',
      `[@store/sqlite] database must be in a directory that exists; there is no ${directory}. Create it or correct the path.`,
    );
  }
  assertOwner(directory, found);
  // In a directory like /tmp only the owner of a file may rename or delete it.
  const isSticky = (found.mode & 0o1000) !== 0;
  const writableBy = isSticky || self === undefined ? 0 : found.mode & (isOwnGroup(found) ? 0o002 : 0o022);
  if (writableBy === 0) return;
  const own = resolve(directory, 'sessions');
  throw refused(
    directory,
    'can be written by other users, who could replace the database',
    `chmod go-w ${quoted(directory)}, or keep the database in a directory of its own: mkdir -m 700 ${quoted(own)}`,
  );
}

/** Systems that give every user a group of the same number make directories writable for that group. */
function isOwnGroup({ uid, gid }: Stats): boolean {
  return uid !== 0 && gid === uid;
}

/** Root can write everything anyway, so what belongs to root is as safe as what is ours. */
function assertOwner(path: string, { uid }: Stats): void {
  if (self === undefined || uid === self || uid === 0) return;
  throw refused(
    path,
    `belongs to another user (${uid}; this process runs as ${self})`,
    `chown ${self} ${quoted(path)} as root, or start as that user`,
  );
}

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
