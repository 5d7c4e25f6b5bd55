import { type BigIntStats, fstatSync, type Stats, statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { type FileHeader, isOverwritten, readHeader } from './file-header.ts';
import { LogFile } from './log-file.ts';
import { isSameFile, OpenDescriptor } from './open-descriptor.ts';

/**
 * What happened to an open database file. SQLite notices none of it: it keeps reading and writing the file it has open,
 * which no other process will read, or mixes its log with content that the log does not belong to.
 *
 * - `moved`: the file was deleted, renamed, replaced or mounted over; another file is at the path, or none.
 * - `overwritten`: different content was written into the file itself, as `cp` and `rsync --inplace` do.
 * - `log-gone`: only the write-ahead log was deleted or renamed.
 */
export type Loss = 'moved' | 'overwritten' | 'log-gone';

/** What SQLite can report about the database and do to it. */
export interface WatchedDatabase {
  /** `pragma schema_version`; `undefined` when the database is busy. */
  schema(): number | undefined;
  /** Writes the log back to the file that is open. @returns whether all of it was written */
  writeBack(): boolean;
}

/** Minimum time between file checks by loads, in milliseconds. */
const readInterval = 250;

/**
 * Milliseconds since the last check after which a write also checks the file before running: after a pause, a write must not
 * touch the `-shm` file that a new database may be using by now.
 */
const writeInterval = 20;

const quietly = { bigint: true, throwIfNoEntry: false } as const;

/**
 * Used on every write, where bigints would cost a microsecond. At worst, a file is mistaken for another whose inode number is
 * above 2^53 and almost identical; decisions about a log use bigints.
 */
const quickly = { throwIfNoEntry: false } as const;

/**
 * Compares the file at a path with the one that was opened. It never opens or closes the file. See docs/decisions/013.
 *
 * It uses no timer: callers compare `readDue` and `writeDue` with `performance.now()` themselves, which saves each load a
 * function call.
 */
export class DatabaseFile {
  /** The time from which a load has to check first. */
  readDue = 0;
  /** The time from which a write has to check before it runs. */
  writeDue = 0;
  readonly #path: string;
  readonly #realPath: string;
  readonly #file: BigIntStats | undefined;
  readonly #opened: Stats | undefined;
  #database: WatchedDatabase | undefined;
  #descriptor: OpenDescriptor | undefined;
  #log: LogFile | undefined;
  /** The log's descriptor, whose link count is read on every write. */
  #logNumber: number | undefined;
  #logIno = 0;
  /** The header, and the log's generation read just before it, when the file had the size and modification time of `#checked`. */
  #header: FileHeader | undefined;
  #generation: Buffer | undefined;
  /** Absent if the content is not watched. */
  #checked: Stats | undefined;

  /**
   * Create this before SQLite opens the file, so that a replacement in between is noticed.
   *
   * @param path Where the file is. Symbolic links are followed at every check, so a changed link is noticed.
   * @param realPath The path behind all symbolic links.
   */
  constructor(path: string, realPath: string) {
    this.#path = path;
    this.#realPath = realPath;
    this.#file = statSync(path, quietly);
    this.#opened = statSync(path, quickly);
  }

  /**
   * Starts watching the content and the log. Call it once SQLite has opened both, and only in WAL mode: in other modes, a rollback
   * after a crash of another process legitimately restores an earlier header.
   *
   * @param ownsLog Whether to watch and manage the log as well.
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
   * Call this when a check is due, and after every commit before the write is acknowledged, so that an acknowledged write
   * is always in the file that other processes open.
   *
   * @returns what happened to the file since it was opened; `undefined` if nothing did
   */
  check(): Loss | undefined {
    const found = statSync(this.#path, quickly);
    if (!found || !this.#opened || found.ino !== this.#opened.ino || found.dev !== this.#opened.dev)
      return 'moved';
    if (this.#checked && (found.mtimeMs !== this.#checked.mtimeMs || found.size !== this.#checked.size)) {
      // What follows cannot be undone, so check twice to be certain.
      const isOther = this.#isOverwritten() && this.#isOverwritten();
      if (isOther) return 'overwritten';
      // If the header could not be read just now, the next check looks again.
      if (isOther === false) this.#checked = found;
    }
    const now = performance.now();
    if (this.#isLogDeleted()) return 'log-gone';
    // A renamed log still has a link, so only its path reveals that it was renamed.
    if (now >= this.writeDue && this.#log?.isGone()) return 'log-gone';
    this.readDue = now + readInterval;
    this.writeDue = now + writeInterval;
    return undefined;
  }

  /** Whether the file is complete; call once SQLite has opened it. While a file is being copied, its header is there before its end. */
  isComplete(): boolean {
    const descriptor = this.#file && new OpenDescriptor(this.#file);
    const header = descriptor && readHeader(descriptor);
    const size = descriptor?.stat()?.size;
    if (header === 'none') return false;
    // The part that is missing from the file may be in a log.
    if (header === undefined || size === undefined || new LogFile(this.#realPath).isAtPath()) return true;
    return size >= BigInt(header.size);
  }

  /**
   * Call this before SQLite closes a lost file: the content of the log must neither be lost nor be combined with content
   * that the log does not belong to.
   *
   * @param isLastChance Whether to discard anything that cannot be written back now.
   * @returns whether the log has been dealt with
   */
  releaseLog(loss: Loss, isLastChance = false): boolean {
    if (loss === 'overwritten') {
      if (this.#log && !this.#log.empty()) return false;
    } else {
      // A symbolic link now points elsewhere, and other processes may still use the file and its log.
      if (loss === 'moved' && isSameFile(statSync(this.#realPath, quietly), this.#file)) return true;
      if (this.#isLogNeeded(loss) && !this.#database?.writeBack() && !isLastChance) return false;
    }
    this.#log?.remove();
    return true;
  }

  /** Every write calls this, so it skips OpenDescriptor's checks. */
  #isLogDeleted(): boolean {
    if (this.#logNumber === undefined) return false;
    try {
      const { nlink, ino } = fstatSync(this.#logNumber);
      if (ino === this.#logIno) return nlink === 0;
    } catch {
      // The descriptor belonged to another connection that has since been closed.
    }
    const stats = this.#log?.descriptor?.stat();
    this.#logNumber = this.#log?.descriptor?.number;
    return stats?.nlink === 0n;
  }

  #isLogNeeded(loss: Loss): boolean {
    // No process will read a deleted file. A log at the path was started by another process and must not be mixed with this one.
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
