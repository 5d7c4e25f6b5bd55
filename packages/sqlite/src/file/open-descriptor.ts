import { fstatSync, ftruncateSync, readdirSync, readSync, type Stats } from 'node:fs';

/**
 * A file that SQLite has open, used through SQLite's own descriptor. Opening the file once more is no way: closing any
 * descriptor of a file ends all locks that the process holds on it (POSIX), SQLite's included.
 */
export class OpenDescriptor {
  readonly #dev: number;
  readonly #ino: number;
  #number: number | undefined;

  /** @param file The file, as `stat` found it. */
  constructor({ dev, ino }: Stats) {
    this.#dev = dev;
    this.#ino = ino;
    this.#number = this.#find();
  }

  /** What `fstat` says; `undefined` when the process no longer has the file open, or has no list of its descriptors. */
  stat(): Stats | undefined {
    const stats = this.#statOf(this.#number);
    if (stats) return stats;
    // Another connection's, which has been closed since.
    this.#number = this.#find();
    return this.#statOf(this.#number);
  }

  /** The bytes at a position, fewer if the file is shorter; `undefined` when they cannot be read. */
  read(position: number, length: number): Buffer | undefined {
    if (!this.stat() || this.#number === undefined) return undefined;
    const bytes = Buffer.alloc(length);
    try {
      return bytes.subarray(0, readSync(this.#number, bytes, 0, length, position));
    } catch {
      return undefined;
    }
  }

  /** Cuts the file to nothing. */
  empty(): void {
    if (this.stat() && this.#number !== undefined) ftruncateSync(this.#number, 0);
  }

  #find(): number | undefined {
    let names: string[];
    try {
      names = readdirSync('/dev/fd');
    } catch {
      return undefined;
    }
    return names.map(Number).find((number) => this.#statOf(number));
  }

  #statOf(number: number | undefined): Stats | undefined {
    if (number === undefined) return undefined;
    try {
      const stats = fstatSync(number);
      return stats.ino === this.#ino && stats.dev === this.#dev ? stats : undefined;
    } catch {
      return undefined;
    }
  }
}
