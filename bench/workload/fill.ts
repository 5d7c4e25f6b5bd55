import type { OpenContender } from '../contender.ts';
import { sessionContent, sessionId } from './content.ts';

/** Enough under way for writes that are committed together to be so. */
const together = 200;

async function saveMany(from: number, count: number, save: (n: number) => unknown): Promise<void> {
  for (let n = from; n < from + count; n += together) {
    const size = Math.min(together, from + count - n);
    await Promise.all(Array.from({ length: size }, (_, index) => save(n + index)));
  }
}

/** Saves the live sessions with the numbers from `from` on. */
export function fill(store: OpenContender, from: number, count: number): Promise<void> {
  return store.bulk(() => saveMany(from, count, (n) => store.saveNew(sessionId(n), sessionContent(n))));
}

const firstExpired = 100_000_000;

/** Saves sessions that have expired. The same numbers each time: `gc` has removed them since. */
export function fillExpired(store: OpenContender, count: number): Promise<void> {
  return store.bulk(() =>
    saveMany(firstExpired, count, (n) => store.saveExpired?.(sessionId(n), sessionContent(n))),
  );
}
