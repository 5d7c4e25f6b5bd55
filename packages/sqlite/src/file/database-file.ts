import { type Stats, statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { type FileHeader, isOverwritten, readHeader } from './file-header.ts';
import { LogFile } from './log-file.ts';
import { OpenDescriptor } from './open-descriptor.ts';

/**
 * What happened to a database file that is open. SQLite itself notices none of it: it keeps reading and writing the file it
 * has open, which nobody else will ever read, or mixes its log with content that is not its own.
 *
 * - `moved`: deleted, renamed, replaced or mounted over; another file is at the path, or none.
 * - `overwritten`: other content was written into the file itself, as `cp` and `rsync --inplace` do.
 * - `log-gone`: only the write-ahead log was deleted or renamed.
 */
export type Loss = 'moved' | 'overwritten' | 'log-gone';

/** What SQLite knows of the database, and can do to it. */
export interface WatchedDatabase {
  /** `pragma schema_version`; `undefined` when the database is busy. */
  schema(): number | undefined;
  /** Writes the log back to the file that is open. @returns whether all of it was */
  writeBack(): boolean;
}

/** Milliseconds that loads may go without a look at the file. */
const readInterval = 250;

/**
 * Milliseconds after which a write has the file looked at before it is made, too: one after a pause must not write to the
 * `-shm` that a new database uses by now. As long may pass between two looks at the log: what goes into a deleted one is
 * written back when that is noticed.
 */
const writeInterval = 20;

const orNothing = { throwIfNoEntry: false } as const;

/**
 * Compares the file at a path with the one that was opened. It never opens or closes the file. See docs/decisions/013.
 *
 * There is no timer: callers compare `readDue` and `writeDue` with `performance.now()` themselves, which keeps a call off
 * the path of a load.
 */
export class DatabaseFile {
  /** When the next load has to have a look. */
  readDue = 0;
  /** When the next write has to have one before it is made. */
  writeDue = 0;
  readonly #path: string;
  readonly #file: Stats | undefined;
  #database: WatchedDatabase | undefined;
  #descriptor: OpenDescriptor | undefined;
  #log: LogFile | undefined;
  /** As they were at the time of `#written`. */
  #header: FileHeader | undefined;
  #generation: Buffer | undefined;
  /** When the content was last looked at; missing if it is not watched. */
  #written: Stats | undefined;
  #logDue = 0;

  /**
   * To be made before SQLite opens the file: one that is replaced in between then counts as replaced.
   *
   * @param path Where the file is now. Symbolic links are followed at every look, so one that is changed is noticed.
   */
  constructor(path: string) {
    this.#path = path;
    this.#file = statSync(path, orNothing);
  }

  /**
   * Begins to watch the content, and the log. To be called once SQLite has both open, in WAL mode: in any other a crash of
   * another process takes back what the file said.
   *
   * @param realPath The path behind all symbolic links; missing where the log is the application's own business.
   */
  watchContent(database: WatchedDatabase, realPath?: string): void {
    if (!this.#file) return;
    this.#database = database;
    this.#log = realPath === undefined ? undefined : new LogFile(realPath);
    const written = statSync(this.#path, orNothing);
    this.#descriptor = new OpenDescriptor(this.#file);
    const header = readHeader(this.#descriptor);
    if (header === undefined || header === 'none') return;
    this.#remember(header);
    this.#written = written;
  }

  /**
   * To be called when a look is due, and after every commit, before its caller hears of it: an acknowledged write is in the
   * file that others open.
   *
   * @returns what happened to the file since it was opened, if anything did
   */
  look(): Loss | undefined {
    const found = statSync(this.#path, orNothing);
    if (!found || !this.#file || found.ino !== this.#file.ino || found.dev !== this.#file.dev) return 'moved';
    if (this.#written && (found.mtimeMs !== this.#written.mtimeMs || found.size !== this.#written.size)) {
      const isOther = this.#isOverwritten();
      if (isOther) return 'overwritten';
      // What could not be read just now is looked at again.
      if (isOther === false) this.#written = found;
    }
    const now = performance.now();
    if (now >= this.#logDue) {
      if (this.#log?.isGone()) return 'log-gone';
      this.#logDue = now + writeInterval;
    }
    this.readDue = now + readInterval;
    this.writeDue = now + writeInterval;
    return undefined;
  }

  /** Whether all of the file is there, once SQLite has opened it: a copy that is under way has its header before its end. */
  isComplete(): boolean {
    const descriptor = this.#file && new OpenDescriptor(this.#file);
    const header = descriptor && readHeader(descriptor);
    const size = descriptor?.stat()?.size;
    return header !== 'none' && (header === undefined || size === undefined || size >= header.size);
  }

  /**
   * To be called before SQLite closes a file that is lost: what is in the log must neither get lost itself nor be read together
   * with content that it does not belong to.
   *
   * @returns whether that is done
   */
  letGoOfLog(loss: Loss): boolean {
    if (loss === 'overwritten') this.#log?.empty();
    else if (this.#isLogNeeded(loss) && !this.#database?.writeBack()) return false;
    this.#log?.remove();
    return true;
  }

  #isLogNeeded(loss: Loss): boolean {
    // A deleted file is read by nobody. A new log has been begun by another process, and must not be mixed with this one.
    return loss === 'moved' ? this.#descriptor?.stat()?.nlink !== 0 : !this.#log?.isAtPath();
  }

  #isOverwritten(): boolean | undefined {
    const before = this.#header;
    const now = this.#descriptor && readHeader(this.#descriptor);
    if (!before || !now) return undefined;
    const result = isOverwritten(
      before,
      now,
      () => this.#database?.schema(),
      ({ bytes }) => this.#isFromLog(bytes),
    );
    if (result === false && now !== 'none') this.#remember(now);
    return result;
  }

  /** Whether the log may have held this start of a first page; certain unless the log has begun again. */
  #isFromLog(bytes: Buffer): boolean {
    if (!this.#log || !this.#generation || !this.#log.generation()?.equals(this.#generation)) return true;
    return this.#log.holdsFirstPage(bytes);
  }

  #remember(header: FileHeader): void {
    this.#header = header;
    this.#generation = this.#log?.generation();
  }
}
