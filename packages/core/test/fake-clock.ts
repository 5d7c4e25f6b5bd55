/** A clock that moves only when `advance` is called with a number of seconds. */
export function fakeClock(start = Date.UTC(2026, 0, 1)): {
  now: () => number;
  advance(seconds: number): void;
} {
  let time = start;
  return {
    now: () => time,
    advance(seconds) {
      time += seconds * 1000;
    },
  };
}
