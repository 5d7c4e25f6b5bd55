/** The application's clock in a case: it stands still until it is moved. */
export interface CaseClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Moves on, by seconds. */
  advance(seconds: number): void;
  /** Jumps to an epoch millisecond. */
  set(time: number): void;
}

/** Begins at the real time, so that a backend that expires by its own clock fails the one case about that and no other. */
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
