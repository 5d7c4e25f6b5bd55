import { rmSync, type Stats, statSync } from 'node:fs';
import { OpenDescriptor } from './open-descriptor.ts';

// https://sqlite.org/fileformat2.html#the_write_ahead_log
const headerLength = 32;
const frameHeaderLength = 24;
const salts = { at: 16, inFrame: 8, length: 8 };

const orNothing = { throwIfNoEntry: false } as const;

/** The write-ahead log that SQLite has open for a database, and the index of it (`-shm`) that its processes share. */
export class LogFile {
  readonly #files: { path: string; stats: Stats | undefined }[];
  readonly #path: string;
  readonly #descriptor: OpenDescriptor | undefined;

  /** @param database The path of the database behind all symbolic links. */
  constructor(database: string) {
    this.#path = `${database}-wal`;
    this.#files = [this.#path, `${database}-shm`].map((path) => ({ path, stats: statSync(path, orNothing) }));
    const [log] = this.#files;
    this.#descriptor = log?.stats && new OpenDescriptor(log.stats);
  }

  /** Whether the log was deleted or renamed. */
  isGone(): boolean {
    const [log] = this.#files;
    return log?.stats !== undefined && !isSameFile(statSync(log.path, orNothing), log.stats);
  }

  /** Whether there is a log at the path, this one or another. */
  isAtPath(): boolean {
    return statSync(this.#path, orNothing) !== undefined;
  }

  /** Takes the log away from its path, so that the file that is there now, or comes there, gets a log of its own. */
  remove(): void {
    for (const { path, stats } of this.#files) {
      if (isSameFile(statSync(path, orNothing), stats)) rmSync(path, { force: true });
    }
  }

  /** Empties the log, so that nothing in it can be written to the database. */
  empty(): void {
    this.#descriptor?.empty();
  }

  /** What tells one run through the log from the next: numbers that are drawn when it begins again. */
  generation(): Buffer | undefined {
    const header = this.#descriptor?.read(0, headerLength);
    return header?.length === headerLength ? header.subarray(salts.at, salts.at + salts.length) : undefined;
  }

  /** Whether the log holds a version of the database's first page that begins with these bytes. Reads all of the log. */
  holdsFirstPage(start: Buffer): boolean {
    const header = this.#descriptor?.read(0, headerLength);
    const generation = this.generation();
    if (!header || !generation) return false;
    const pageSize = header.readUInt32BE(8);
    for (let at = headerLength; ; at += frameHeaderLength + pageSize) {
      const frame = this.#descriptor?.read(at, frameHeaderLength + start.length);
      if (frame?.length !== frameHeaderLength + start.length) return false;
      // What is left of the run before.
      if (!frame.subarray(salts.inFrame, salts.inFrame + salts.length).equals(generation)) return false;
      if (frame.readUInt32BE(0) === 1 && frame.subarray(frameHeaderLength).equals(start)) return true;
    }
  }
}

function isSameFile(one: Stats | undefined, other: Stats | undefined): boolean {
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}
