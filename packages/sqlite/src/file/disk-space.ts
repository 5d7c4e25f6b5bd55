import { isStoreError, StoreError } from '@store/core/driver';
import type { Connection } from '../connection/connection.ts';
import { freeBytes } from './disk-reserve.ts';

/** The result of writing the log back to the database. */
type Outcome = 'done' | 'in use' | 'no room';

/** Once this many bytes are free on a disk that was full, sessions can be added normally again. */
const enough = 1024 * 1024;

/** With this many free pages inside the database, a session can be added, indexes included, without growing the file. */
const enoughPages = 64;

/**
 * Makes it possible to end sessions on a full disk.
 *
 * Deleting a row needs space only in the log, and once the log has been written back to the database it restarts from its
 * beginning without growing. Writing it back must not make the database grow: while the disk is full, nothing that would grow
 * it is added, and releasing the reserve makes room for what is already in the log.
 */
export class DiskSpace {
  readonly #connection: Connection;
  /** Whether the disk was full at the last write. If so, writes run one at a time. */
  isFull = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Call this while the disk is full, before a write that may make the database grow.
   *
   * @throws {StoreError} `UNAVAILABLE` when the disk has no room for it.
   */
  assertRoom(cause?: unknown): void {
    const { directory } = this.#connection;
    this.isFull = hasLittleRoom(directory);
    if (!this.isFull || this.#freePages() >= enoughPages) return;
    // What this write adds must fit into the reserve, so the log must be empty first.
    const outcome = this.#writeBack();
    if (outcome !== 'done') throw this.#failure(outcome, cause);
  }

  /**
   * Call this when a write has failed because the disk is full: makes room in the log and retries the write.
   *
   * @param adds Whether the write may make the database grow; a deletion does not.
   * @throws {StoreError} `UNAVAILABLE` when the disk still has no room.
   */
  runAgain(write: () => number, adds: boolean, cause: unknown): number {
    this.isFull = true;
    if (adds) this.assertRoom(cause);
    const { directory, reserve } = this.#connection;
    for (let hasGivenUp = false; ; hasGivenUp = true) {
      const outcome = this.#writeBack();
      try {
        return write();
      } catch (error) {
        if (!isDiskFull(error, directory)) throw error;
        if (outcome === 'in use' || adds || hasGivenUp) throw this.#failure(outcome, error);
        // Retry even if the reserve no longer exists: another process may have just released it.
        reserve?.giveUp();
      }
    }
  }

  /** Writes the log back to the database, without waiting for other users of the log. */
  #writeBack(): Outcome {
    try {
      const { busy, log, checkpointed } = this.#connection.pragma('wal_checkpoint(passive)');
      if (log === -1) return 'no room'; // Not in WAL mode, so there is no log.
      return busy === 0 && log === checkpointed ? 'done' : 'in use';
    } catch (error) {
      if (isDiskFull(error, this.#connection.directory)) return 'no room';
      throw error;
    }
  }

  /** While the log is in use, writes wait as they do for a busy database: the thread, another process or a reader needs it only briefly. */
  #failure(outcome: Outcome, cause: unknown): Error {
    const text = `[@store/sqlite] ${diskFullText(this.#connection.directory)}`;
    const full = new StoreError('UNAVAILABLE', text, { cause });
    if (outcome === 'no room') return full;
    return Object.assign(new Error('The disk is full and the log is in use.', { cause: full }), {
      code: 'SQLITE_BUSY',
    });
  }

  #freePages(): number {
    return Number(this.#connection.pragma('freelist_count').freelist_count);
  }
}

/** Whether less than a megabyte is free on the disk of a directory; always false for an in-memory database. */
function hasLittleRoom(directory: string | undefined): boolean {
  return directory !== undefined && freeBytes(directory) < enough;
}

/** Whether a SQLite error means that the disk is full. */
export function isDiskFull(error: unknown, directory: string | undefined): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  if (code === 'SQLITE_FULL') return true;
  // SQLite reports these codes if a quota is exceeded, and for the log's shared memory, which is also a file.
  return (code === 'SQLITE_IOERR_WRITE' || code === 'SQLITE_IOERR_SHMSIZE') && hasLittleRoom(directory);
}

export function diskFullText(directory: string | undefined): string {
  const where = directory === undefined ? '' : ` that holds ${directory}`;
  return `The disk${where} is full. Nothing was written and nothing is lost; free some space on it.`;
}

/** The error for a write that timed out waiting for the log of a full disk; `undefined` if it waited for something else. */
export function fullWhileWaiting(cause: unknown): StoreError | undefined {
  const { cause: full } = (cause ?? {}) as { cause?: unknown };
  return isStoreError(full) ? full : undefined;
}
