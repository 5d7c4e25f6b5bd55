import type { Run } from '../report/results.ts';

/** A process that serves ever more sessions, each a new one. */
export interface MemoryResults {
  run: Run;
  /** What it is served by. */
  title: string;
  /** What the process was given for its JavaScript heap, in bytes. */
  heapLimit: number;
  points: MemoryPoint[];
}

/** What a process has after garbage collection, when it has served so many sessions. */
export interface MemoryPoint {
  sessions: number;
  /** All that the process has in memory. */
  resident: number;
  /** Objects of JavaScript. */
  heapUsed: number;
  /** What those hold outside the heap. */
  external: number;
}
