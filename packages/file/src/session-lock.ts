import { dirname } from 'node:path';
import { fenceOff } from './holder-fence.ts';
import type { Layout } from './layout.ts';
import { untilFree } from './lock-wait.ts';
import { type Identity, isGone, readHolder } from './owner.ts';
import { errorCode, linkIfFree, makeFolder, removeIfThere } from './session-files.ts';

/**
 * Locks between processes that share a session directory, made of nothing but hard links.
 *
 * - A lock is a link to its holder's file in `owners/`. Making a link fails when the name is there, so there is one holder,
 *   and the lock says who it is from the first moment on: there is no lock that is empty yet.
 * - What is done under locks is a few system calls, synchronous but for a rename that may be in the thread pool. A holder
 *   that has a lock for longer is stopped.
 * - A lock whose holder has ended is removed by whoever holds the guard of that holder, `owners/<token>.lock`, and has seen
 *   under the guard that the lock is still that holder's. A token is never used again, so nobody can remove a lock that
 *   was taken meanwhile; the next holder is then found by making the link, as always. Guards are locks like any other.
 * - Whether a holder has ended is the kernel's answer, so that a stopped process keeps its locks however long it is stopped:
 *   others give up with `UNAVAILABLE`. Only where the kernel cannot tell (see `Life`) is a holder taken for ended once it
 *   has been silent for 30 seconds. Should it wake up then, it is fenced off (holder-fence.ts): it finds out that it has
 *   written nothing, and begins again. What remains possible is written in docs/concurrency.md.
 */
export interface SessionLocks {
  /**
   * Runs `work`, to the end of its promise if it answers one, holding all of `paths`; waits for them off the event loop.
   *
   * @param work May ask whether a lock is another's by now, because this process stood still.
   * @throws {StoreError} `UNAVAILABLE` when one stays locked.
   */
  hold<T>(paths: readonly string[], work: (isLost: () => boolean) => T | Promise<T>): Promise<T>;
  /** Runs `work` if all of `paths` are free. */
  holdIfFree<T>(paths: readonly string[], work: (isLost: () => boolean) => T): { value: T } | undefined;
  /** Removes a lock if its holder has ended. @returns whether to try again */
  clearIfStale(path: string): boolean;
}

export interface LockSettings {
  /** Milliseconds to wait for a lock. */
  patience: number;
  /** Milliseconds of silence after which a holder that cannot be seen counts as ended. */
  silentFor: number;
}

export const defaultSettings: LockSettings = { patience: 10_000, silentFor: 30_000 };

/** Work that took longer than this many milliseconds looks before it unlocks: the lock may be another's by now. */
const suspiciouslyLong = 1000;

/** A guard can be left behind as well, and so can the guard of who left it. */
const mostGuards = 8;

export function createSessionLocks(
  layout: Layout,
  owner: { readonly path: string; readonly identity: Identity },
  { patience, silentFor }: LockSettings,
): SessionLocks {
  const held = new Set<string>();

  function link(path: string): boolean {
    try {
      return linkIfFree(owner.path, path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      makeFolder(dirname(path));
      return linkIfFree(owner.path, path);
    }
  }

  function take(path: string, guards = 0): boolean {
    while (!link(path)) {
      if (!clearIfStale(path, guards)) return false;
    }
    held.add(path);
    return true;
  }

  function isLost(path: string, since: number): boolean {
    if (performance.now() - since <= suspiciouslyLong) return false;
    return readHolder(path, owner.identity)?.token !== owner.identity.token;
  }

  function release(path: string, since: number): void {
    held.delete(path);
    try {
      if (!isLost(path, since)) removeIfThere(path);
    } catch {
      // What was done under it is done. The lock is ours, and goes when it is next asked for, or with this process.
    }
  }

  function clearIfStale(path: string, guards = 0): boolean {
    const holder = readHolder(path, owner.identity);
    if (holder === undefined) return true;
    if (holder.token === owner.identity.token) {
      if (held.has(path)) return false;
      removeIfThere(path);
      return true;
    }
    const guard = layout.guard(holder.token);
    if (!isGone(holder, silentFor) || guards === mostGuards || !take(guard, guards + 1)) return false;
    const since = performance.now();
    try {
      const now = readHolder(path, owner.identity);
      if (now?.token === holder.token && isGone(now, silentFor)) {
        fenceOff(path, holder.token, now.life === 'dead' ? undefined : owner.identity.token);
        removeIfThere(path);
      }
    } finally {
      release(guard, since);
    }
    return true;
  }

  function holdIfFree<T>(
    paths: readonly string[],
    work: (isLost: () => boolean) => T,
  ): { value: T } | undefined {
    const since = performance.now();
    const taken: string[] = [];
    const releaseAll = () => {
      for (const path of taken) release(path, since);
    };
    let done = true;
    try {
      for (const path of paths) {
        if (!take(path)) return undefined;
        taken.push(path);
      }
      const value = work(() => taken.some((path) => isLost(path, since)));
      if (!(value instanceof Promise)) return { value };
      done = false;
      return { value: value.finally(releaseAll) as T };
    } finally {
      if (done) releaseAll();
    }
  }

  return {
    holdIfFree,
    clearIfStale: (path) => clearIfStale(path),
    hold: (paths, work) => {
      const sorted = [...new Set(paths)].sort();
      return untilFree(patience, () => holdIfFree(sorted, work));
    },
  };
}
