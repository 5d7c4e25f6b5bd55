/** How much is measured over HTTP. */
export interface HttpPlan {
  /** Rounds that count; one more goes before them to warm up. */
  rounds: number;
  /** How long one application is under load at a time, in milliseconds. */
  blockTime: number;
  /** Requests under way at any time, each on a connection of its own. */
  connections: number;
  /** Different sessions: a multiple of the connections, so that each session stays with one connection. */
  sessions: number;
}

export const fullHttpPlan: HttpPlan = { rounds: 15, blockTime: 500, connections: 32, sessions: 64 };

/** Ends in under two minutes. */
export const quickHttpPlan: HttpPlan = { ...fullHttpPlan, rounds: 5, blockTime: 300 };
