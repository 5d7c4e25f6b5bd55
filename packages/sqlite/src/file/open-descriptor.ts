import { type BigIntStats, fstatSync, ftruncateSync, readdirSync, readSync } from 'node:fs';

/** Whether both are the same file. Numbers of files may be too large for a `number`, so these are bigints. */
export function isSameFile(
  one: { dev: bigint; ino: bigint } | undefined,
  other: { dev: bigint; ino: bigint } | undefined,
): boolean {
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}

/**
 * A file that SQLite has open, used through SQLite's own descriptor. The file must not be opened a second time: closing any
 * descriptor of a file ends all locks that the process holds on it (POSIX), SQLite's included.
 */
export class OpenDescriptor {
  readonly #file: BigIntStats;
  #number: number | undefined;

  /** @param file The file, as `stat` found it. */
  constructor(file: BigIntStats) {
    this.#file = file;
    this.#number = this.#all().at(0);
  }

  /** What `fstat` says; `undefined` when the process no longer has the file open, or has no list of its descriptors. */
  stat(): BigIntStats | undefined {
    if (this.#number === undefined) return undefined;
    const stats = this.#statOf(this.#number);
    if (stats) return stats;
    // Another connection's, which has been closed since.
    this.#number = this.#all().at(0);
    return this.#number === undefined ? undefined : this.#statOf(this.#number);
  }

  get number(): number | undefined {
    return this.#number;
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

  /**
   * Cuts the file to nothing.
   *
   * @param beginning What the file begins with: a last check that no other file is cut.
   * @returns whether it was
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
        // Open for reading only.
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
