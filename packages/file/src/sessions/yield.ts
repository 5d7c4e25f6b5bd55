// Taken when this module loads, so that the fake timers of a test do not stop a store.
const { setImmediate } = globalThis;
const now = performance.now.bind(performance);

/** How long, in milliseconds, synchronous work on many files may keep the event loop. */
const slice = 0.25;

/** Yields to the event loop whenever a slice of it has been used up. Call between two files. */
export function createYield(): () => Promise<void> | undefined {
  let since = now();
  return () => {
    if (now() - since < slice) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        since = now();
        resolve();
      }),
    );
  };
}
