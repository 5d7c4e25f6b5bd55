import type { RecordStorage } from '../src/driver.ts';

/** The same storage, except that every call resolves on a later turn of the event loop, as over a network. */
export function overNetwork<T extends RecordStorage>(storage: T): T {
  const later = () => new Promise((resolve) => setImmediate(resolve));
  return Object.fromEntries(
    Object.entries(storage).map(([name, member]) => [
      name,
      typeof member === 'function'
        ? async (...args: unknown[]) => {
            await later();
            const result = await (member as (...args: unknown[]) => unknown)(...args);
            await later();
            return result;
          }
        : member,
    ]),
  ) as T;
}
