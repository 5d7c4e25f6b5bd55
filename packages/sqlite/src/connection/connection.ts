import { performance } from 'node:perf_hooks';
import { type Awaitable, StoreError } from '@store/core/driver';
import type { DatabaseFile, Loss } from '../file/database-file.ts';
import type { DiskReserve } from '../file/disk-reserve.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { SqliteDatabase, SqliteStatement } from './sqlite-database.ts';

/** Milliseconds between attempts to reopen when the file at the path is incomplete or not a sessions database. */
const reopenInterval = 250;

/** A statement that is prepared again when the database is reopened. */
export interface Prepared {
  readonly sql: string;
  current: SqliteStatement;
}

/** An open database and its files. */
export interface Opened {
  database: SqliteDatabase;
  /** The file's directory; absent for an in-memory database. */
  directory?: string | undefined;
  /** Space reserved for ending sessions on a full disk; absent for an in-memory database. */
  reserve?: DiskReserve | undefined;
  /** The file to watch; absent for an in-memory database and on Windows. */
  file?: DatabaseFile | undefined;
  /** Schedules writing the log back; absent for an in-memory database and for one that the application opened. */
  checkpoints?: Checkpoints | undefined;
  /** Sets the pragmas of a database that the store opened. Switching to WAL takes a lock, so this can fail because the database is busy. */
  configure?(): void;
  /** Starts watching the content of the file and its log, both of which SQLite must have open. */
  watch?(): void;
  /** Closes the database; absent if the application opened it. */
  close?(): void;
}

/** The database a connection starts with, and how to reopen it. */
interface Origin extends Opened {
  /**
   * Runs `work` so that SQLite reports `SQLITE_BUSY` immediately. SQLite's own busy timeout would sleep inside the call and
   * block every request in the process. Absent if no such timeout is set.
   */
  withoutTimeout?: (<T>(work: () => T) => T) | undefined;
  /** Opens the database that is at the path now. @returns the reason if the file is missing or incomplete */
  reopen?(loss: Loss): Opened | 'missing' | 'incomplete';
  /** Called after the database has been reopened. */
  reopened?(): void;
}

/**
 * The database that a store uses: the one it started with or, once that database has been lost, its replacement.
 *
 * See docs/decisions/013.
 */
export class Connection {
  readonly withoutTimeout: Origin['withoutTimeout'];
  readonly #origin: Origin;
  readonly #statements: Prepared[] = [];
  #opened: Opened;
  /** Copied out of `#opened`, because every call reads these. */
  database: SqliteDatabase;
  file: DatabaseFile | undefined;
  #loss: Loss | undefined;
  /** Whether the lost database is closed or being closed. */
  #isReleased = false;
  #closing: Awaitable<void> | undefined;
  #reopenDue = 0;

  constructor(origin: Origin) {
    this.#origin = origin;
    this.#opened = origin;
    this.database = origin.database;
    this.file = origin.file;
    this.withoutTimeout = origin.withoutTimeout;
  }

  get directory(): string | undefined {
    return this.#opened.directory;
  }

  get reserve(): DiskReserve | undefined {
    return this.#opened.reserve;
  }

  get checkpoints(): Checkpoints | undefined {
    return this.#opened.checkpoints;
  }

  /** Runs a pragma that returns one row. */
  pragma(name: string): Record<string, unknown> {
    return prepareOn(this.database, `pragma ${name}`).get() as Record<string, unknown>;
  }

  configure(): void {
    this.#opened.configure?.();
  }

  /** Call this once, after the table exists and all statements are prepared. */
  watch(): void {
    this.#opened.watch?.();
  }

  prepare(sql: string): Prepared {
    const prepared = { sql, current: prepareOn(this.database, sql) };
    this.#statements.push(prepared);
    return prepared;
  }

  /**
   * Call this before a statement if a check of the file is due. If the database was lost and another is at the path, opens
   * the new one.
   *
   * @throws {StoreError} `UNAVAILABLE` when the file or its log is not the one that was opened.
   */
  check(): void {
    const loss = this.#loss ?? this.file?.check();
    if (loss && !this.#loss) this.#lose(loss);
    if (loss) this.#reopen(loss);
  }

  /** Marks the database as lost. @returns the error for the write that discovered the loss */
  lose(loss: Loss): StoreError {
    if (!this.#loss) this.#lose(loss);
    return lost(loss);
  }

  /** Closes the database if the store opened it. */
  close(): Awaitable<void> {
    if (this.#isReleased || !this.#opened.close) return this.#closing;
    // Closing writes the log back, which must not overwrite content that the log does not belong to.
    try {
      const loss = this.#loss ?? this.file?.check();
      if (loss) this.file?.releaseLog(loss, true);
    } catch {
      // The directory is no longer readable or writable.
    }
    this.#isReleased = true;
    this.#closing = this.#close();
    return this.#closing;
  }

  #lose(loss: Loss): void {
    this.#loss = loss;
    if (this.file) this.file.readDue = this.file.writeDue = 0; // Makes every later call run a check.
    this.#release(loss);
  }

  /**
   * Releases the file so that the database can be reopened. If other processes that use the old file prevent this for now, a
   * later check tries again.
   */
  #release(loss: Loss): void {
    const { file, close } = this.#opened;
    if (!close || this.#isReleased || !file) return;
    try {
      if (!file.releaseLog(loss)) return;
    } catch {
      return; // For example, the directory is not writable.
    }
    this.#isReleased = true;
    this.#closing = this.#close();
  }

  #close(): Awaitable<void> {
    const { checkpoints, close } = this.#opened;
    // The last connection to close writes the log back and removes it, so the thread's connection closes first.
    const ended = checkpoints?.end();
    if (!ended) return close?.();
    return ended
      .then(() => close?.())
      .finally(() => {
        this.#closing = undefined;
      });
  }

  #reopen(loss: Loss): void {
    const now = performance.now();
    const { reopen, reopened } = this.#origin;
    if (!reopen || this.#closing || now < this.#reopenDue) throw lost(loss);
    this.#reopenDue = now + reopenInterval;
    this.#release(loss);
    if (!this.#isReleased || this.#closing) throw lost(loss);
    let opened: ReturnType<typeof reopen>;
    try {
      opened = reopen(loss);
    } catch (error) {
      throw lost(loss, error);
    }
    if (opened === 'missing') this.#reopenDue = 0;
    if (typeof opened === 'string') throw lost(loss);
    try {
      const { database } = opened;
      // Fails if the table is missing, before anything is changed in a database that may belong to another application.
      const statements = this.#statements.map(({ sql }) => prepareOn(database, sql));
      opened.configure?.();
      opened.watch?.();
      for (const [index, prepared] of this.#statements.entries()) {
        prepared.current = statements[index] as SqliteStatement;
      }
    } catch (error) {
      opened.close?.();
      throw lost(loss, error);
    }
    this.#opened = opened;
    this.database = opened.database;
    this.file = opened.file;
    this.#loss = undefined;
    this.#isReleased = false;
    reopened?.();
  }
}

function lost(loss: Loss, cause?: unknown): StoreError {
  const what = {
    moved: 'The database file was deleted or replaced while it was open',
    overwritten: 'The database file was overwritten with other content while it was open',
    'log-gone': "The database's log was deleted while it was open",
  };
  return new StoreError(
    'UNAVAILABLE',
    `[@store/sqlite] ${what[loss]}. Try again; if that fails too, put a complete database with the sessions table at its path, ` +
      'or restart the application.',
    { cause },
  );
}

/** Prepares a statement that returns integers as numbers. */
export function prepareOn(database: SqliteDatabase, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  // The application may have made bigints the default.
  statement.safeIntegers(false);
  return statement;
}
