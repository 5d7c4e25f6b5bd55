/** Long enough for the slowest machine: only what never happens takes this long. */
let patience = 10_000;

/** Gives up sooner during some work, of which it is known that it hangs. */
export async function withPatience<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const before = patience;
  patience = milliseconds;
  try {
    return await work();
  } finally {
    patience = before;
  }
}

/** Rejects with what was awaited when it does not happen, so that a row that hangs says where. */
export function within<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It never happened: ${what}`)), patience);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
