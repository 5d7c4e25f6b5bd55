import type { Run } from '../report/results.ts';

/** A process that serves ever more sessions, each a new one. */
export interface MemoryResults {
  run: Run;
  /** What the process was given for its JavaScript heap. */
  heapLimit: number;
  served: MemorySeries[];
}

export interface MemorySeries {
  /** What it is served by. */
  name: string;
  points: { sessions: number; resident: number; heapUsed: number; external: number }[];
}
