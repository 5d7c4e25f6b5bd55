import { performance } from 'node:perf_hooks';
import { type Awaitable, StoreError } from '@store/core/driver';
import type { DatabaseFile, Loss } from '../file/database-file.ts';
import type { DiskReserve } from '../file/disk-reserve.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { SqliteDatabase, SqliteStatement } from './sqlite-database.ts';

/** Milliseconds between two attempts to use a file that is not a database of ours, or not complete. */
const reopenInterval = 250;

/** A statement, which is prepared again when the database is reopened. */
export interface Prepared {
  readonly sql: string;
  current: SqliteStatement;
}

/** A database and what belongs to it. */
export interface Opened {
  database: SqliteDatabase;
  /** Where the file is; none for a database in memory. */
  directory?: string | undefined;
  /** Room on the disk; none for a database in memory. */
  reserve?: DiskReserve | undefined;
  /** The file to watch; none for a database in memory. */
  file?: DatabaseFile | undefined;
  /** Who writes the log back; missing where that is the application's own business. */
  checkpoints?: Checkpoints | undefined;
  /** Sets the pragmas of a database that the store opened. Switching to WAL takes a lock, so this can be busy. */
  configure?(): void;
  /** Begins to watch the content of the file, and the log, which must both be open. */
  watch?(): void;
  /** Closes the database; missing where that is the application's business. */
  close?(): void;
}

/** How a connection came by its database. */
interface Origin extends Opened {
  /**
   * Runs `work` so that SQLite reports `SQLITE_BUSY` immediately. SQLite's own busy timeout sleeps inside the call, and
   * every request of the process with it. Missing where there is no such timeout.
   */
  withoutTimeout?: (<T>(work: () => T) => T) | undefined;
  /** Opens the database that is at the path now. @returns why not, when it is missing or not complete */
  reopen?(loss: Loss): Opened | 'missing' | 'incomplete';
  /** Hears that the database has been reopened. */
  reopened?(): void;
}

/**
 * The database that a store uses: the one it started with or, once that one is lost, the one that has taken its place.
 *
 * See docs/decisions/013.
 */
export class Connection {
  readonly withoutTimeout: Origin['withoutTimeout'];
  readonly #origin: Origin;
  readonly #statements: Prepared[] = [];
  #opened: Opened;
  /** The parts of what is open, for use on the path of every call. */
  database: SqliteDatabase;
  file: DatabaseFile | undefined;
  #loss: Loss | undefined;
  /** Whether the database that was lost is closed, or is being closed. */
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

  /** To be called once, when the table is there and all statements are prepared. */
  watch(): void {
    this.#opened.watch?.();
  }

  prepare(sql: string): Prepared {
    const prepared = { sql, current: prepareOn(this.database, sql) };
    this.#statements.push(prepared);
    return prepared;
  }

  /**
   * Call before a statement when a check of the file is due. Reopens the database if it was lost and another has taken its
   * place.
   *
   * @throws {StoreError} `UNAVAILABLE` when the file, or its log, is not the one that was opened.
   */
  check(): void {
    const loss = this.#loss ?? this.file?.check();
    if (loss && !this.#loss) this.#lose(loss);
    if (loss) this.#reopen(loss);
  }

  /** The error for a write after which the file turned out to be lost. */
  lose(loss: Loss): StoreError {
    if (!this.#loss) this.#lose(loss);
    return lost(loss);
  }

  /** Closes the database if the store opened it. */
  close(): Awaitable<void> {
    if (this.#isReleased || !this.#opened.close) return this.#closing;
    // Closing writes the log back, which must not go over content that is not its own.
    try {
      const loss = this.#loss ?? this.file?.check();
      if (loss) this.file?.releaseLog(loss, true);
    } catch {
      // The directory can no longer be read or written.
    }
    this.#isReleased = true;
    this.#closing = this.#close();
    return this.#closing;
  }

  #lose(loss: Loss): void {
    this.#loss = loss;
    if (this.file) this.file.readDue = this.file.writeDue = 0; // Every later call comes by here.
    this.#release(loss);
  }

  /**
   * Lets go of the file, after which it can be reopened. What other processes that use the old file prevent for now is tried
   * again at a later check.
   */
  #release(loss: Loss): void {
    const { file, close } = this.#opened;
    if (!close || this.#isReleased || !file) return;
    try {
      if (!file.releaseLog(loss)) return;
    } catch {
      return; // A directory that cannot be written, for example.
    }
    this.#isReleased = true;
    this.#closing = this.#close();
  }

  #close(): Awaitable<void> {
    const { checkpoints, close } = this.#opened;
    // The last connection to close writes the log back and removes it, so the thread's goes first.
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
      // Fails where the table is missing, before anything is changed in a database that may be none of ours.
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
    overwritten: 'Other content was written over the database file while it was open',
    'log-gone': "The database's log was deleted while it was open",
  };
  return new StoreError(
    'UNAVAILABLE',
    `[@store/sqlite] ${what[loss]}. Try again; if that fails too, put a complete database with the sessions table there, or ` +
      'restart the application.',
    { cause },
  );
}

/** Prepares a statement whose integers are numbers. */
export function prepareOn(database: SqliteDatabase, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  // The application may have made big integers the default.
  statement.safeIntegers(false);
  return statement;
}
