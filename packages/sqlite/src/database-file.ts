import { type Stats, statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { StoreError } from '@store/core/driver';

/** Milliseconds that loads may go without a look at the file. */
const readInterval = 250;

/**
 * Milliseconds after which a write has the file looked at before it is made, too: one after a pause must not write to the
 * `-shm` that a new database uses by now.
 */
const writeInterval = 20;

/**
 * Notices that the database file was deleted, renamed or replaced while it is open. SQLite itself does not: it keeps
 * writing to the file it has open, which nobody else will ever read. See docs/decisions/013.
 *
 * There is no timer: callers compare `readDue` and `writeDue` with `performance.now()` themselves, which keeps a call off
 * the path of a load, and `look()` when it is time. Once the file is lost every look fails.
 */
export class DatabaseFile {
  readonly #path: string;
  readonly #file: Stats | undefined;
  readonly #logPath: string | undefined;
  readonly #onLost: (() => void) | undefined;
  #log: Stats | undefined;
  #isLost = false;
  /** When the next load has to look. */
  readDue = 0;
  /** When the next write has to look before it is made. */
  writeDue = 0;

  /**
   * @param path Where the file is now. Symbolic links are followed at every look, so one that is changed is noticed.
   * @param logPath Where SQLite keeps the write-ahead log, if the store put the database into WAL mode.
   * @param onLost Lets go of the file: as long as it is open, SQLite shares `-shm` with processes that opened the new one.
   */
  constructor(path: string, logPath?: string, onLost?: () => void) {
    this.#path = path;
    this.#file = statSync(path, { throwIfNoEntry: false });
    this.#logPath = logPath;
    this.#onLost = onLost;
  }

  /** @throws {StoreError} `UNAVAILABLE` when the file, or its log, is not the one that was opened. */
  look(): void {
    this.beforeAcknowledging();
    if (this.#logPath === undefined) return;
    // Made by the first access and kept for as long as the database is open.
    this.#log ??= statSync(this.#logPath, { throwIfNoEntry: false });
    if (this.#log && !isSameFile(this.#logPath, this.#log)) this.#fail();
  }

  /** To be called after every commit, before its caller hears of it: an acknowledged write is in the file that others open. */
  beforeAcknowledging(): void {
    if (this.#isLost || !isSameFile(this.#path, this.#file)) this.#fail();
    const now = performance.now();
    this.readDue = now + readInterval;
    this.writeDue = now + writeInterval;
  }

  #fail(): never {
    if (!this.#isLost) {
      this.#isLost = true;
      // Every later call looks, and so fails.
      this.readDue = 0;
      this.writeDue = 0;
      this.#onLost?.();
    }
    throw new StoreError(
      'UNAVAILABLE',
      '[@store/sqlite] The database file was deleted or replaced while it was open. ' +
        'Restart the application to use the file that is there now.',
    );
  }
}

function isSameFile(path: string, before: Stats | undefined): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  return before !== undefined && now !== undefined && now.ino === before.ino && now.dev === before.dev;
}
