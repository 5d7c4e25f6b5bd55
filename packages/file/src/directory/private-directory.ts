import { lstatSync, readdirSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { StoreError } from '@store/core/driver';

const orTurnOff = ', or pass checkOwner: false if that is impossible';
/** Users whose directories root has been warned about. */
const warnedAbout = new Set<number>();

/**
 * Checks that only this process's user, root, and a group that was given access on purpose can create sessions in a directory, if it
 * exists. Follows symbolic links and checks the owner of each. Skipped on Windows, which has no such modes.
 *
 * @throws {StoreError} `INVALID_OPTION` with the command that fixes it.
 */
export function assertPrivate(directory: string, checkOwner: boolean): void {
  let path = directory;
  // If there are more links than the system follows, mkdir will refuse them.
  for (let hops = 0; checkOwner && hops <= 40; hops++) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found) return;
    assertOwner(path, found);
    if (!found.isSymbolicLink()) {
      // In a sticky directory, such as a mounted tmpfs, only the owner of an entry may rename or remove it.
      if ((found.mode & 0o1000) === 0 || found.uid !== process.geteuid?.()) assertMode(path, found);
      return;
    }
    const target = readlinkSync(path);
    path = isAbsolute(target) ? target : `${dirname(path)}/${target}`;
  }
}

/**
 * Checks a folder of the session directory, if it exists. A sticky one is refused as well, because its entries are not checked later.
 *
 * @param tree the folder that the command fixes, with everything in it
 * @returns whether it exists
 */
export function assertPrivateFolder(path: string, checkOwner: boolean, tree = path): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  // A link would take sessions out of the directory.
  if (found && !found.isDirectory()) throw refused(path, 'is not a folder', `rm ${quoted(path)}`);
  if (found && checkOwner) {
    assertOwner(path, found, tree);
    assertMode(path, found, tree);
  }
  return found !== undefined;
}

/** Checks a folder and its shards. */
export function assertPrivateShards(folder: string, checkOwner: boolean): void {
  if (!assertPrivateFolder(folder, checkOwner)) return;
  const shards = readdirSync(folder).filter((name) => /^[\da-f]{2}$/.test(name));
  for (const name of shards) assertPrivateFolder(join(folder, name), checkOwner, folder);
}

/**
 * Root's directories are trusted like our own. Root itself is only warned about another user's directory, which is common with
 * container volumes, unless it is in a place where any user may have planted it.
 */
function assertOwner(path: string, found: Stats, tree = path): void {
  // Read each time: a process may drop root privileges after it has loaded this module.
  const self = process.geteuid?.();
  if (self === undefined || found.uid === self || found.uid === 0) return;
  const what = `belongs to another user (${found.uid}; this process runs as ${self})`;
  const real = join(realpathSync.native(dirname(path)), basename(path));
  const open = openDirectoryAbove(path, self) ?? openDirectoryAbove(real, self);
  if (open !== undefined) {
    const command = `rm -r ${quoted(path)} as root, use a directory elsewhere${orTurnOff}`;
    throw refused(path, `${what}, and every user can put files in ${open}`, command);
  }
  const chown = `chown ${found.isSymbolicLink() ? '-h' : '-R'} ${self} ${quoted(tree)}`;
  const problem = refused(path, what, `${chown} as root, start as that user${orTurnOff}`);
  if (self !== 0) throw problem;
  if (!warnedAbout.has(found.uid)) process.emitWarning(problem.message);
  warnedAbout.add(found.uid);
}

/** The directory above `path` where any user could have planted it, or that belongs to another user. */
function openDirectoryAbove(path: string, self: number): string | undefined {
  const directory = dirname(path);
  const { mode, uid } = statSync(directory);
  if (mode & 0o002) return directory;
  const isTrusted = uid === self || uid === 0 || directory === dirname(directory);
  return isTrusted ? undefined : openDirectoryAbove(directory, self);
}

function assertMode(path: string, { mode, uid }: Stats, tree = path): void {
  if (process.platform === 'win32' || (mode & 0o002) === 0) return;
  // The mode of a directory such as /tmp must not change.
  const isShared = (mode & 0o1000) !== 0 && uid !== process.geteuid?.();
  const other = `mkdir -m 700 ${quoted(join(path, 'sessions'))} and use that`;
  const command = isShared ? other : `chmod -R o-w ${quoted(tree)}`;
  throw refused(path, 'can be written by every user', command + orTurnOff);
}

function refused(path: string, what: string, command: string): StoreError {
  return new StoreError(
    'INVALID_OPTION',
    `[@store/file] directory must be safe from other users, but ${path} ${what}. Run ${command}.`,
  );
}

/** Quotes for a shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
