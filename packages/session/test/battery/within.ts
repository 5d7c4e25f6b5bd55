/** In milliseconds; long enough for the slowest machine, so that only what never happens times out. */
let patience = 10_000;

/** Uses a shorter timeout during work that is expected to hang. */
export async function withPatience<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const before = patience;
  patience = milliseconds;
  try {
    return await work();
  } finally {
    patience = before;
  }
}

/** Rejects with a description of what was awaited if it does not happen, so that the error shows where a row hangs. */
export function within<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Timed out waiting for: ${what}`)), patience);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
