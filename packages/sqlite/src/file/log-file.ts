import { type BigIntStats, rmSync, statSync } from 'node:fs';
import { isSameFile, OpenDescriptor } from './open-descriptor.ts';

// https://sqlite.org/fileformat2.html#the_write_ahead_log
const headerLength = 32;
const frameHeaderLength = 24;
const salts = { at: 16, inFrame: 8, length: 8 };
const magic = ['377f0682', '377f0683'].map((hex) => Buffer.from(hex, 'hex'));

const quietly = { bigint: true, throwIfNoEntry: false } as const;

/** The write-ahead log that SQLite has open for a database, and its index (`-shm`), which all processes share. */
export class LogFile {
  readonly #path: string;
  readonly #log: BigIntStats | undefined;
  readonly #index: BigIntStats | undefined;
  readonly #descriptor: OpenDescriptor | undefined;

  /** @param database The path of the database behind all symbolic links. */
  constructor(database: string) {
    this.#path = database;
    this.#log = statSync(`${database}-wal`, quietly);
    this.#index = statSync(`${database}-shm`, quietly);
    this.#descriptor = this.#log && new OpenDescriptor(this.#log);
  }

  /** Whether the log was deleted or renamed. */
  isGone(): boolean {
    return this.#log !== undefined && !isSameFile(statSync(`${this.#path}-wal`, quietly), this.#log);
  }

  /** Whether a log exists at the path, whether this one or another. */
  isAtPath(): boolean {
    return statSync(`${this.#path}-wal`, quietly) !== undefined;
  }

  /** Deletes the log at its path, so that the database at the path, now or later, gets a new log. */
  remove(): void {
    for (const [path, file] of [
      [`${this.#path}-wal`, this.#log],
      [`${this.#path}-shm`, this.#index],
    ] as const) {
      if (isSameFile(statSync(path, quietly), file)) rmSync(path, { force: true });
    }
  }

  /** Truncates the log, so that none of it can be written to the database. @returns whether it is empty */
  empty(): boolean {
    if (this.#descriptor?.stat()?.size === 0n) return true;
    return this.#descriptor?.empty(magic) ?? false;
  }

  /** The log's salts, which SQLite changes each time the log restarts from its beginning. */
  generation(): Buffer | undefined {
    const header = this.#descriptor?.read(0, headerLength);
    return header?.length === headerLength ? header.subarray(salts.at, salts.at + salts.length) : undefined;
  }

  /**
   * Whether the log may have held a version of the database's first page that begins with these bytes. Reads the whole log.
   * Always `true` if the log has restarted since `generation`, because earlier frames are gone.
   *
   * @param generation The log's generation at the earliest time in question.
   */
  mayHaveHeld(start: Buffer, generation: Buffer | undefined): boolean {
    const header = this.#descriptor?.read(0, headerLength);
    if (header?.length !== headerLength || !generation) return true;
    const pageSize = header.readUInt32BE(8);
    for (let at = headerLength; ; at += frameHeaderLength + pageSize) {
      const frame = this.#descriptor?.read(at, frameHeaderLength + start.length);
      if (!frame) return true;
      const isFromThisRun =
        frame.length === frameHeaderLength + start.length &&
        frame.subarray(salts.inFrame, salts.inFrame + salts.length).equals(generation);
      if (!isFromThisRun) break;
      if (frame.readUInt32BE(0) === 1 && frame.subarray(frameHeaderLength).equals(start)) return true;
    }
    // Another process may have restarted the log while it was being read.
    return !this.generation()?.equals(generation);
  }

  /** Its link count is 0 once the log has been deleted. */
  get descriptor(): OpenDescriptor | undefined {
    return this.#descriptor;
  }
}
