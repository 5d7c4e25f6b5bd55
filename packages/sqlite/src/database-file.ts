import { type Stats, statSync } from 'node:fs';
import { type FileHeader, isOverwritten, readHeader } from './file-header.ts';
import { generationOf, holdsFirstPage } from './log-file.ts';
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

/** Milliseconds that may pass between two looks at the path of the log. */
const logInterval = 250;

const orNothing = { throwIfNoEntry: false } as const;

/**
 * Compares the file at a path with the one that was opened. It never opens or closes the file. See docs/decisions/013.
 */
export class DatabaseFile {
  readonly #path: string;
  readonly #file: Stats | undefined;
  #descriptor: OpenDescriptor | undefined;
  /** As it was when `#written` was its time of change; none unless the database is in WAL mode. */
  #header: FileHeader | undefined;
  #written: { mtimeMs: number; size: number } | undefined;
  /** The log's, when the header was read. */
  #generation: Buffer | undefined;
  #schemaNow: () => number | undefined = () => undefined;
  #logPath: string | undefined;
  #log: Stats | undefined;
  #logDescriptor: OpenDescriptor | undefined;
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
   * @param logPath none where the log is the application's own business
   * @param schemaNow `pragma schema_version`; `undefined` when the database is busy
   */
  watchContent(schemaNow: () => number | undefined, logPath?: string): void {
    if (!this.#file) return;
    this.#schemaNow = schemaNow;
    const written = statSync(this.#path, orNothing);
    this.#descriptor = new OpenDescriptor(this.#file);
    const header = readHeader(this.#descriptor);
    if (header && header !== 'none') {
      this.#header = header;
      this.#written = written;
    }
    this.#logPath = logPath;
    if (logPath === undefined) return;
    this.#log = statSync(logPath, orNothing);
    this.#logDescriptor = this.#log && new OpenDescriptor(this.#log);
    this.#generation = this.#logDescriptor && generationOf(this.#logDescriptor);
  }

  /** @returns what happened to the file since it was opened, if anything did */
  look(now: number): Loss | undefined {
    const found = statSync(this.#path, orNothing);
    if (!found || !this.#file || found.ino !== this.#file.ino || found.dev !== this.#file.dev) return 'moved';
    if (this.#written && (found.mtimeMs !== this.#written.mtimeMs || found.size !== this.#written.size)) {
      const isOverwritten = this.#isOverwritten();
      if (isOverwritten) return 'overwritten';
      // What could not be read just now is looked at again.
      if (isOverwritten === false) this.#written = found;
    }
    return this.#isLogGone(now) ? 'log-gone' : undefined;
  }

  /** Whether all of the file is there, once SQLite has opened it: a copy that is under way has its header before its end. */
  isComplete(): boolean {
    const descriptor = this.#file && new OpenDescriptor(this.#file);
    const header = descriptor && readHeader(descriptor);
    const size = descriptor?.stat()?.size;
    return header !== 'none' && (header === undefined || size === undefined || size >= header.size);
  }

  /** Whether another process has begun a new log where the one that SQLite has open was deleted. */
  hasNewLog(): boolean {
    return this.#logPath !== undefined && statSync(this.#logPath, orNothing) !== undefined;
  }

  /** Whether the log that SQLite has open is at its path, where a database that takes this one's place would be read with it. */
  isLogAtPath(): boolean {
    return this.#logPath !== undefined && isSameFile(statSync(this.#logPath, orNothing), this.#log);
  }

  /** Makes the log harmless: SQLite must not write what is in it over the new content of the file. */
  emptyLog(): void {
    this.#logDescriptor?.empty();
  }

  #isOverwritten(): boolean | undefined {
    const before = this.#header;
    const now = this.#descriptor && readHeader(this.#descriptor);
    if (!before || !now) return undefined;
    const result = isOverwritten(before, now, this.#schemaNow, ({ bytes }) => this.#isFromLog(bytes));
    if (result === false && now !== 'none') {
      this.#header = now;
      this.#generation = this.#logDescriptor && generationOf(this.#logDescriptor);
    }
    return result;
  }

  /** Whether the log may have held this start of a first page; certain unless the log has begun again. */
  #isFromLog(bytes: Buffer): boolean {
    const log = this.#logDescriptor;
    if (!log || !this.#generation || !generationOf(log)?.equals(this.#generation)) return true;
    return holdsFirstPage(log, bytes);
  }

  #isLogGone(now: number): boolean {
    if (!this.#log || this.#logPath === undefined) return false;
    // Asked each time, since it costs less than a look at the path: a deleted log has no name left.
    if (this.#logDescriptor?.stat()?.nlink === 0) return true;
    if (now < this.#logDue) return false;
    this.#logDue = now + logInterval;
    return !isSameFile(statSync(this.#logPath, orNothing), this.#log);
  }
}

function isSameFile(one: Stats | undefined, other: Stats | undefined): boolean {
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}
