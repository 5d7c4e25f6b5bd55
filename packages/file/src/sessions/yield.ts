// Captured when this module loads, so that an application's fake timers do not stop the store.
const { setImmediate } = globalThis;
const now = performance.now.bind(performance);

/** How long, in milliseconds, synchronous work on many files may block the event loop. */
const slice = 0.25;

/** Yields to the event loop whenever a slice of time has been used up. Call it between two files. */
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
