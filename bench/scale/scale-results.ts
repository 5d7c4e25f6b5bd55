import type { Spread } from '../measure/statistics.ts';
import type { Run } from '../report/results.ts';

/** The same operations among ever more sessions. */
export interface ScaleResults {
  run: Run;
  title: string;
  rounds: number;
  /** The contenders, each at each size, the smallest first. */
  points: ScalePoint[];
}

export interface ScalePoint {
  contender: string;
  sessions: number;
  disk: DiskUse;
  /** What the backend looks like inside at this size: depth of trees, entries of directories. */
  structure: string;
  cells: ScaleCell[];
}

/** What all sessions of one contender take on the disk. */
export interface DiskUse {
  /** The lengths of the files. */
  bytes: number;
  /** The blocks that the file system gave them, directories included. */
  allocated: number;
  files: number;
  directories: number;
}

export interface ScaleCell {
  operation: string;
  inFlight: number;
  rate: number;
  /** To the same contender at the smallest size, in the same turn. */
  rateRatio: Spread;
  p99: number;
  /** Per operation, medians of the turns. */
  cost: ProcessCost;
}

/** What one operation cost the process, as the kernel counts it. */
export interface ProcessCost {
  user: number;
  system: number;
  /** Calls that read and write, and the bytes they moved, from the page cache or the disk. */
  reads: number;
  readBytes: number;
  writes: number;
  writtenBytes: number;
  /** Bytes that had to come from the disk itself. */
  fetchedBytes: number;
  /** Pages that the kernel had to map first. */
  faults: number;
}
