/** How much is measured over HTTP. */
export interface HttpPlan {
  /** Rounds that count. */
  rounds: number;
  /**
   * How long each application is under load before them, in milliseconds a route. An application of 5,000 requests a second is
   * half as fast in its first second as later, when its code is compiled.
   */
  warmUpTime: number;
  /** How long one application is under load at a time, in milliseconds. */
  blockTime: number;
  /** Requests under way at any time, each on a connection of its own. */
  connections: number;
  /** Different sessions: a multiple of the connections, so that each session stays with one connection. */
  sessions: number;
}

export const fullHttpPlan: HttpPlan = {
  rounds: 15,
  warmUpTime: 2000,
  blockTime: 500,
  connections: 32,
  sessions: 64,
};

/** Takes its share of the quick run's two minutes. */
export const quickHttpPlan: HttpPlan = {
  ...fullHttpPlan,
  rounds: 2,
  warmUpTime: 200,
  blockTime: 100,
  sessions: 32,
};
