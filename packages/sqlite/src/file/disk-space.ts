import { isStoreError, StoreError } from '@store/core/driver';
import type { Connection } from '../connection/connection.ts';
import { freeBytes } from './disk-reserve.ts';

/** What became of writing the log back to the database. */
type Outcome = 'done' | 'in use' | 'no room';

/** Bytes that have to be free on a disk that was full before sessions are added as usual. */
const enough = 1024 * 1024;

/** Free pages inside the database that let it take a session, and what changes with it, without growing. */
const enoughPages = 64;

/**
 * Lets sessions be ended on a full disk.
 *
 * A deleted row needs room only in the log, which begins again from its start, without growing, once it has been written back
 * to the database. The database must not have to grow for that: while the disk is full nothing is added that would make it,
 * and for what is in the log already there is a reserve.
 */
export class DiskSpace {
  readonly #connection: Connection;
  /** Whether the disk was full when something was last written. Writes then run one by one. */
  isFull = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Call while the disk is full, before a write that may make the database grow.
   *
   * @throws {StoreError} `UNAVAILABLE` when there is no room for it.
   */
  assertRoom(cause?: unknown): void {
    const { directory } = this.#connection;
    this.isFull = hasLittleRoom(directory);
    if (!this.isFull || this.#freePages() >= enoughPages) return;
    // What this write adds has to fit into the reserve, so nothing else may be waiting to.
    const outcome = this.#writeBack();
    if (outcome !== 'done') throw this.#failure(outcome, cause);
  }

  /**
   * Call when a write has failed for lack of room: makes room in the log, and runs the write again.
   *
   * @param adds Whether the write may make the database grow; one that deletes does not.
   * @throws {StoreError} `UNAVAILABLE` when there is no room.
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
        // If it is gone already, another process may have made room just now.
        reserve?.giveUp();
      }
    }
  }

  /** Writes the log back to the database. Whatever else uses the log is not waited for. */
  #writeBack(): Outcome {
    try {
      const { busy, log, checkpointed } = this.#connection.pragma('wal_checkpoint(passive)');
      if (log === -1) return 'no room'; // There is no log but in WAL mode.
      return busy === 0 && log === checkpointed ? 'done' : 'in use';
    } catch (error) {
      if (isDiskFull(error, this.#connection.directory)) return 'no room';
      throw error;
    }
  }

  /** The log is in use for a moment only, by the checkpoint thread, another process or a reader, and so can be waited for. */
  #failure(outcome: Outcome, cause: unknown): Error {
    const text = `[@store/sqlite] ${diskFullText(this.#connection.directory)}`;
    const full = new StoreError('UNAVAILABLE', text, { cause });
    if (outcome === 'no room') return full;
    return Object.assign(new Error('The disk is full, and the log is in use.', { cause: full }), {
      code: 'SQLITE_BUSY',
    });
  }

  #freePages(): number {
    return Number(this.#connection.pragma('freelist_count').freelist_count);
  }
}

/** Whether less than a megabyte is free on the disk of a directory; never for a database in memory. */
function hasLittleRoom(directory: string | undefined): boolean {
  return directory !== undefined && freeBytes(directory) < enough;
}

/** Whether an error of SQLite's is for lack of room. */
export function isDiskFull(error: unknown, directory: string | undefined): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  if (code === 'SQLITE_FULL') return true;
  // What a quota, or the shared memory of the log, which is a file too, runs into.
  return (code === 'SQLITE_IOERR_WRITE' || code === 'SQLITE_IOERR_SHMSIZE') && hasLittleRoom(directory);
}

export function diskFullText(directory: string | undefined): string {
  const where = directory === undefined ? '' : ` that holds ${directory}`;
  return `The disk${where} is full. Nothing was written, and nothing is lost; make room on it.`;
}

/** The error for a write that waited for the log of a full disk until its time was up, if that is what it waited for. */
export function fullWhileWaiting(cause: unknown): StoreError | undefined {
  const { cause: full } = (cause ?? {}) as { cause?: unknown };
  return isStoreError(full) ? full : undefined;
}
