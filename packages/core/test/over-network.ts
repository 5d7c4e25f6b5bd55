import type { RecordStorage } from '../src/driver.ts';

/** The same storage with every result on a later turn of the event loop, as a network would have it. */
export function overNetwork<T extends RecordStorage>(storage: T): T {
  const later = () => new Promise((resolve) => setImmediate(resolve));
  return Object.fromEntries(
    Object.entries(storage).map(([name, member]) => [
      name,
      typeof member === 'function'
        ? async (...args: unknown[]) => {
            await later();
            const answer = await (member as (...args: unknown[]) => unknown)(...args);
            await later();
            return answer;
          }
        : member,
    ]),
  ) as T;
}
