import type { Awaitable } from '../contract/awaitable.ts';

/** The most sessions one batch removes: no batch holds a lock, or a synchronous driver the event loop, for long. */
export const gcBatch = 500;

/**
 * Removes expired sessions batch by batch, giving the event loop a turn between two.
 *
 * @param deleteBatch Removes at most {@link gcBatch} and answers how many; fewer means that none is left.
 */
export async function collectGarbage(deleteBatch: () => Awaitable<number>): Promise<number> {
  for (let removed = 0; ; ) {
    const count = await deleteBatch();
    removed += count;
    if (count < gcBatch) return removed;
    await nextTurn();
  }
}

/** A macrotask: requests that wait get their turn, also when the driver is synchronous. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Lets one run at a time happen: whoever asks while it is under way gets its outcome. */
export function singleFlight<T>(run: () => Promise<T>): () => Promise<T> {
  let flying: Promise<T> | undefined;
  return () => {
    flying ??= run().finally(() => {
      flying = undefined;
    });
    return flying;
  };
}
