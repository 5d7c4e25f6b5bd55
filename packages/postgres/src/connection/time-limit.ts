// Taken when this module loads, so that the fake timers of a test do not stop a store.
const { setTimeout, setImmediate } = globalThis;
const monotonicNow = performance.now.bind(performance);

/** Calls `expire` once the time is up, unless the function it returns has been called before. */
export interface TimeLimit {
  (expire: () => void): () => void;
  /** Milliseconds that were not counted so far. */
  standstill(): number;
}

/**
 * Makes a time limit. Time counts only while the event loop turns: a process that is stopped, or busy for seconds, has not
 * waited for the server, and what the server sent meanwhile is still to be read. So a limit expires no earlier than its
 * time, and never before a turn of the loop in which sockets were read.
 *
 * One timer serves all that is pending, since a timer for every statement costs a load three percent. It keeps no process
 * alive; the connection that is waited for does.
 */
export function createTimeLimit(milliseconds: number): TimeLimit {
  const interval = Math.min(100, Math.max(1, milliseconds / 20));
  /** What one tick counts at most: whatever is over has been a standstill of this process. */
  const most = 2 * interval + 10;
  // In the order they are due, since all have the same time.
  const pending = new Set<{ due: number; expire: () => void }>();
  let counted = 0;
  let uncounted = 0;
  let lastTick = 0;
  let ticking = false;

  function tick(): void {
    const now = monotonicNow();
    const passed = now - lastTick;
    if (passed > most) uncounted += passed - interval;
    counted += passed > most ? interval : passed;
    lastTick = now;
    // Timers run before sockets are read, immediates after.
    if (dueNow().next().done !== true) setImmediate(expireDue);
    ticking = pending.size > 0;
    if (ticking) setTimeout(tick, interval).unref();
  }

  function* dueNow() {
    for (const limit of pending) {
      if (limit.due > counted) return;
      yield limit;
    }
  }

  function expireDue(): void {
    for (const limit of dueNow()) {
      pending.delete(limit);
      limit.expire();
    }
  }

  const start = (expire: () => void) => {
    const now = monotonicNow();
    if (!ticking) {
      ticking = true;
      lastTick = now;
      setTimeout(tick, interval).unref();
    }
    const limit = { due: counted + Math.min(now - lastTick, most) + milliseconds, expire };
    pending.add(limit);
    return () => {
      pending.delete(limit);
    };
  };
  return Object.assign(start, { standstill: () => uncounted });
}
