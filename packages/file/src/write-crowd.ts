/**
 * Tells writes that come alone from those that come together. One alone is quickest done at once. Of several, all but the
 * first let the thread pool do the rename, which is most of a write (0.2 of 0.3 ms on ext4): they overlap there, and the
 * event loop goes on.
 */
export interface WriteCrowd {
  /** Whether no other write has begun in this turn of the event loop, or is in the thread pool. */
  isAlone(): boolean;
  /** Counts work in the thread pool until it is done. */
  join(work: Promise<void>): Promise<void>;
}

export function createWriteCrowd(): WriteCrowd {
  let begun = false;
  let underWay = 0;
  return {
    isAlone() {
      if (begun || underWay > 0) return false;
      begun = true;
      setImmediate(() => {
        begun = false;
      });
      return true;
    },
    async join(work) {
      underWay++;
      try {
        await work;
      } finally {
        underWay--;
      }
    },
  };
}
