/** The application's clock in a case. It moves only when told to. */
export interface CaseClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Moves the clock forward by this many seconds. */
  advance(seconds: number): void;
  /** Sets the clock, in epoch milliseconds. */
  set(time: number): void;
}

/** Starts at the real time, so that a backend that uses its own clock fails only the case about clocks. */
export function createCaseClock(): CaseClock {
  let time = Date.now();
  return {
    now: () => time,
    advance(seconds) {
      time += Math.round(seconds * 1000);
    },
    set(next) {
      time = next;
    },
  };
}
