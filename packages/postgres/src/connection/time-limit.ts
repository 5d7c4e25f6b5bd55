// Captured when this module loads, so that an application's fake timers do not stop the store.
const { setTimeout, setImmediate } = globalThis;
const monotonicNow = performance.now.bind(performance);

/** Calls `expire` once the time is up, unless the function it returns has already been called. */
export interface TimeLimit {
  (expire: () => void): () => void;
  /** Milliseconds left out of the count so far. */
  standstill(): number;
}

/**
 * Creates a time limit that counts only while the event loop turns. A process that was stopped, or busy for seconds, was not
 * waiting for the server, and may have an unread response in its socket. So a limit never expires before its time, nor before a turn of
 * the event loop in which sockets were read.
 *
 * One timer serves all pending calls, because a timer for each would make every load slower. It does not keep the process alive;
 * the connection in use does.
 */
export function createTimeLimit(milliseconds: number): TimeLimit {
  const interval = Math.min(100, Math.max(1, milliseconds / 20));
  /** The most that one tick counts; anything beyond that is time during which this process was stalled. */
  const most = 2 * interval + 10;
  // In the order they expire, because all have the same duration.
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
