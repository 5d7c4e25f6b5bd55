/** Calls `expire` once the time is up, unless the function it answers has been called before. */
export type TimeLimit = (expire: () => void) => () => void;

/**
 * Makes a time limit of so many milliseconds. One timer serves all that is under way: a timer of its own for every statement
 * costs a load three percent. It keeps no process alive; the connection that something waits for does.
 */
export function createTimeLimit(milliseconds: number): TimeLimit {
  // In the order they are due, since all have the same time.
  const pending = new Set<{ due: number; expire: () => void }>();
  let running = false;

  function watch(wait: number): void {
    running = true;
    setTimeout(check, wait).unref();
  }

  function check(): void {
    running = false;
    const now = performance.now();
    for (const limit of pending) {
      if (limit.due > now) {
        watch(limit.due - now);
        return;
      }
      pending.delete(limit);
      limit.expire();
    }
  }

  return (expire) => {
    const limit = { due: performance.now() + milliseconds, expire };
    pending.add(limit);
    if (!running) watch(milliseconds);
    return () => pending.delete(limit);
  };
}
