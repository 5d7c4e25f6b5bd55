import { type BigIntStats, fstatSync, type Stats, statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { type FileHeader, isOverwritten, readHeader } from './file-header.ts';
import { LogFile } from './log-file.ts';
import { isSameFile, OpenDescriptor } from './open-descriptor.ts';

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

/** Milliseconds between two checks of the file by loads. */
const readInterval = 250;

/**
 * Milliseconds after which a write has the file checked before it is made, too: one after a pause must not write to the `-shm`
 * that a new database uses by now.
 */
const writeInterval = 20;

const quietly = { bigint: true, throwIfNoEntry: false } as const;

/**
 * On the path of every write, where bigints would cost a microsecond. At worst, a file is not told from another whose number
 * is nearly the same and above 2^53; what decides about a log has bigints.
 */
const quickly = { throwIfNoEntry: false } as const;

/**
 * Compares the file at a path with the one that was opened. It never opens or closes the file. See docs/decisions/013.
 *
 * There is no timer: callers compare `readDue` and `writeDue` with `performance.now()` themselves, which keeps a call off
 * the path of a load.
 */
export class DatabaseFile {
  /** When the next load has to check. */
  readDue = 0;
  /** When the next write has to check before it is made. */
  writeDue = 0;
  readonly #path: string;
  readonly #realPath: string;
  readonly #file: BigIntStats | undefined;
  readonly #opened: Stats | undefined;
  #database: WatchedDatabase | undefined;
  #descriptor: OpenDescriptor | undefined;
  #log: LogFile | undefined;
  /** The log's descriptor; its links are counted on the path of every write. */
  #logNumber: number | undefined;
  #logIno = 0;
  /** The header, and before it the log's generation, as they were when the file had the size and time of `#checked`. */
  #header: FileHeader | undefined;
  #generation: Buffer | undefined;
  /** Missing if the content is not watched. */
  #checked: Stats | undefined;

  /**
   * Create before SQLite opens the file: one that is replaced in between then counts as replaced.
   *
   * @param path Where the file is. Symbolic links are followed at every check, so one that is changed is noticed.
   * @param realPath The path behind all symbolic links.
   */
  constructor(path: string, realPath: string) {
    this.#path = path;
    this.#realPath = realPath;
    this.#file = statSync(path, quietly);
    this.#opened = statSync(path, quickly);
  }

  /**
   * Begins to watch the content, and the log. Call once SQLite has both open, in WAL mode: in any other a crash of another
   * process takes back what the file said.
   *
   * @param ownsLog Whether what happens to the log is the store's business.
   */
  watchContent(database: WatchedDatabase, ownsLog: boolean): void {
    if (!this.#file) return;
    this.#database = database;
    if (ownsLog) {
      this.#log = new LogFile(this.#realPath);
      this.#logNumber = this.#log.descriptor?.number;
      this.#logIno = Number(this.#log.descriptor?.stat()?.ino ?? 0n);
    }
    const found = statSync(this.#path, quickly);
    const generation = this.#log?.generation();
    this.#descriptor = new OpenDescriptor(this.#file);
    const header = readHeader(this.#descriptor);
    if (header === undefined || header === 'none') return;
    this.#header = header;
    this.#generation = generation;
    this.#checked = found;
  }

  /**
   * Call when a check is due, and after every commit before its caller hears of it: an acknowledged write is in the file that
   * others open.
   *
   * @returns what happened to the file since it was opened, if anything did
   */
  check(): Loss | undefined {
    const found = statSync(this.#path, quickly);
    if (!found || !this.#opened || found.ino !== this.#opened.ino || found.dev !== this.#opened.dev)
      return 'moved';
    if (this.#checked && (found.mtimeMs !== this.#checked.mtimeMs || found.size !== this.#checked.size)) {
      // Nothing is done about it that could be undone, so it has to be certain.
      const isOther = this.#isOverwritten() && this.#isOverwritten();
      if (isOther) return 'overwritten';
      // What could not be read just now is looked at again.
      if (isOther === false) this.#checked = found;
    }
    const now = performance.now();
    if (this.#isLogDeleted()) return 'log-gone';
    // One that was renamed still has a name.
    if (now >= this.writeDue && this.#log?.isGone()) return 'log-gone';
    this.readDue = now + readInterval;
    this.writeDue = now + writeInterval;
    return undefined;
  }

  /** Whether all of the file is there, once SQLite has opened it: a copy that is under way has its header before its end. */
  isComplete(): boolean {
    const descriptor = this.#file && new OpenDescriptor(this.#file);
    const header = descriptor && readHeader(descriptor);
    const size = descriptor?.stat()?.size;
    if (header === 'none') return false;
    // The rest may be in a log.
    if (header === undefined || size === undefined || new LogFile(this.#realPath).isAtPath()) return true;
    return size >= BigInt(header.size);
  }

  /**
   * Call before SQLite closes a file that is lost: what is in the log must neither get lost itself nor be read together with
   * content that it does not belong to.
   *
   * @param isLastChance Whether to give up what cannot be written back now.
   * @returns whether that is done
   */
  releaseLog(loss: Loss, isLastChance = false): boolean {
    if (loss === 'overwritten') {
      if (this.#log && !this.#log.empty()) return false;
    } else {
      // A symbolic link leads elsewhere now, and others may still use the file and its log.
      if (loss === 'moved' && isSameFile(statSync(this.#realPath, quietly), this.#file)) return true;
      if (this.#isLogNeeded(loss) && !this.#database?.writeBack() && !isLastChance) return false;
    }
    this.#log?.remove();
    return true;
  }

  /** On the path of every write, so without the detours of OpenDescriptor. */
  #isLogDeleted(): boolean {
    if (this.#logNumber === undefined) return false;
    try {
      const { nlink, ino } = fstatSync(this.#logNumber);
      if (ino === this.#logIno) return nlink === 0;
    } catch {
      // The descriptor was another connection's, which has been closed since.
    }
    const stats = this.#log?.descriptor?.stat();
    this.#logNumber = this.#log?.descriptor?.number;
    return stats?.nlink === 0n;
  }

  #isLogNeeded(loss: Loss): boolean {
    // A deleted file is read by nobody. A new log has been begun by another process, and must not be mixed with this one.
    return loss === 'moved' ? this.#descriptor?.stat()?.nlink !== 0n : !this.#log?.isAtPath();
  }

  #isOverwritten(): boolean | undefined {
    const before = this.#header;
    const generation = this.#log?.generation();
    const now = this.#descriptor && readHeader(this.#descriptor);
    if (!before || !now) return undefined;
    const result = isOverwritten(
      before,
      now,
      () => this.#database?.schema(),
      ({ bytes }) => this.#log?.mayHaveHeld(bytes, this.#generation) ?? true,
    );
    if (result === false && now !== 'none') {
      this.#header = now;
      this.#generation = generation;
    }
    return result;
  }
}
