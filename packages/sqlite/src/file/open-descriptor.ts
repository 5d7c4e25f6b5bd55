import { type BigIntStats, fstatSync, ftruncateSync, readdirSync, readSync } from 'node:fs';

/** Whether the two are the same file. Inode numbers may be too large for a `number`, so these are bigints. */
export function isSameFile(
  one: { dev: bigint; ino: bigint } | undefined,
  other: { dev: bigint; ino: bigint } | undefined,
): boolean {
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}

/**
 * A file that SQLite has open, accessed through SQLite's descriptor. The file must not be opened a second time: closing any
 * descriptor of a file releases all POSIX locks that the process holds on it, including SQLite's.
 */
export class OpenDescriptor {
  readonly #file: BigIntStats;
  #number: number | undefined;

  /** @param file The file, as returned by `stat`. */
  constructor(file: BigIntStats) {
    this.#file = file;
    this.#number = this.#all().at(0);
  }

  /** The result of `fstat`; `undefined` when the process no longer has the file open or cannot list its descriptors. */
  stat(): BigIntStats | undefined {
    if (this.#number === undefined) return undefined;
    const stats = this.#statOf(this.#number);
    if (stats) return stats;
    // The descriptor belonged to another connection that has since been closed.
    this.#number = this.#all().at(0);
    return this.#number === undefined ? undefined : this.#statOf(this.#number);
  }

  get number(): number | undefined {
    return this.#number;
  }

  /** Reads the bytes at a position, or fewer if the file ends sooner; `undefined` if they cannot be read. */
  read(position: number, length: number): Buffer | undefined {
    if (!this.stat() || this.#number === undefined) return undefined;
    const bytes = Buffer.alloc(length);
    try {
      return bytes.subarray(0, readSync(this.#number, bytes, 0, length, position));
    } catch {
      return undefined;
    }
  }

  /**
   * Truncates the file to zero bytes.
   *
   * @param beginning What the file may begin with, as a last safeguard against truncating the wrong file.
   * @returns whether the file was truncated
   */
  empty(beginning: readonly Buffer[]): boolean {
    for (const number of this.#all()) {
      const bytes = Buffer.alloc(beginning[0]?.length ?? 0);
      try {
        readSync(number, bytes, 0, bytes.length, 0);
        if (!beginning.some((each) => each.equals(bytes)) || !this.#statOf(number)) continue;
        ftruncateSync(number, 0);
        return true;
      } catch {
        // This descriptor is read-only.
      }
    }
    return false;
  }

  #all(): number[] {
    try {
      return readdirSync('/dev/fd')
        .map(Number)
        .filter((number) => this.#statOf(number));
    } catch {
      return [];
    }
  }

  #statOf(number: number): BigIntStats | undefined {
    try {
      const stats = fstatSync(number, { bigint: true });
      return isSameFile(stats, this.#file) ? stats : undefined;
    } catch {
      return undefined;
    }
  }
}
