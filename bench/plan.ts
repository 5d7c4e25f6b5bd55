/** How much to measure. */
export interface Plan {
  /** Rounds that count, after one extra round to warm up. */
  rounds: number;
  /** Seconds for one backend's rounds; after that, no new round starts. */
  seconds: number;
  /** How many times contenders take turns within one operation of one round. */
  blocks: number;
  /** How many operations are in flight: each round measures every operation with the first number, then with the next. */
  inFlight: number[];
  /** Operations per block, for each of `inFlight`. */
  blockSizes: number[];
  /** Sessions that exist throughout the run. */
  resident: number;
  /** Sessions present during garbage collection, and how many of them have expired. */
  collected: { sessions: number; expired: number; rounds: number; seconds: number };
}

export const fullPlan: Plan = {
  rounds: 15,
  seconds: 900,
  blocks: 8,
  inFlight: [1, 32],
  blockSizes: [100, 320],
  resident: 10_000,
  collected: { sessions: 100_000, expired: 10_000, rounds: 5, seconds: 600 },
};

/** The same operations, kept so short that all backends and HTTP take two minutes: just a first impression. */
export const quickPlan: Plan = {
  ...fullPlan,
  rounds: 2,
  seconds: 10,
  blocks: 1,
  resident: 2_000,
  collected: { sessions: 3_000, expired: 500, rounds: 1, seconds: 10 },
};

/** The same plan with this many seconds for each backend: three fifths for the rounds, the rest for garbage collection. */
export function within(plan: Plan, seconds: number): Plan {
  return { ...plan, seconds: seconds * 0.6, collected: { ...plan.collected, seconds: seconds * 0.4 } };
}
