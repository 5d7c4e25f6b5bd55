import { execFileSync, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';

/** The user to run a process as; empty for the current user. */
export interface ServerUser {
  uid?: number;
  gid?: number;
}

/** PostgreSQL refuses to run as root, so root starts it as `nobody`. Other users start it under their own account. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const idOf = (option: string) => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/**
 * The first directory that the user can enter. Tries the given ones, then the system's temporary directories: `TMPDIR` may be under
 * a folder that only root can enter.
 */
export function enterableDirectory(user: ServerUser, ...preferred: string[]): string {
  const candidates = [...preferred, tmpdir(), '/tmp'];
  const found = candidates.find((directory) => canEnter(user, directory));
  if (found === undefined) {
    throw new Error(
      `PostgreSQL runs as another user here (uid ${user.uid}), and it cannot enter any of these directories: ${candidates.join(', ')}. ` +
        'Set TMPDIR to a directory that every user can enter.',
    );
  }
  return found;
}

/** Tried rather than computed, because modes, access control lists and mount options all play a part. */
function canEnter(user: ServerUser, directory: string): boolean {
  if (user.uid === undefined) return true;
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', directory], { ...user, stdio: 'ignore' }).status === 0;
}
