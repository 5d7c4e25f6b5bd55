/** How much is measured among ever more sessions. */
export interface ScalePlan {
  /** Sessions that are there all the time, the fewest first. */
  sizes: number[];
  /** Rounds that count; one more goes before them to warm up. */
  rounds: number;
  /** How often sizes change places within one operation of one round. */
  blocks: number;
  /** Operations in one block, by how many are in flight. */
  blockSize: ReadonlyMap<number, number>;
}

export const fullScalePlan: ScalePlan = {
  sizes: [10_000, 100_000, 1_000_000],
  rounds: 10,
  blocks: 4,
  blockSize: new Map([
    [1, 100],
    [32, 320],
  ]),
};

/** Ends in a minute, and shows no bend: a million sessions are never filled in by a quick run. */
export const quickScalePlan: ScalePlan = { ...fullScalePlan, sizes: [1_000, 10_000, 50_000], rounds: 4 };
