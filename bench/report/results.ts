import type { Spread } from '../measure/statistics.ts';
import type { MemoryResults } from '../memory/memory-results.ts';
import type { ScaleResults } from '../scale/scale-results.ts';

/**
 * All that has been measured, each part by the last run that measured it. This is what `results.json` holds, and all that
 * reports, tables and plots are made of. Rates are per second, latencies and blocks in milliseconds, processor time in
 * microseconds, memory and disk in bytes.
 */
export interface Results {
  /** By the backend's name, as in `Backend`. */
  backends: { [name: string]: BackendResults };
  http?: HttpResults;
  /** By the backend's name. */
  scale: { [name: string]: ScaleResults };
  /** By the name of what serves. */
  memory: { [name: string]: MemoryResults };
}

/** When, where and how a part was measured: parts may come from different runs. */
export interface Run {
  /** UTC, as ISO 8601 to the minute. */
  date: string;
  /** What to type for it. */
  command: string;
  quick: boolean;
  /** How long it took, filling included. */
  seconds: number;
  node: string;
  system: string;
  processors: string;
  /** `tmpfs` is memory, and its figures are of the processor alone. */
  files: 'disk' | 'tmpfs';
}

export interface BackendResults {
  run: Run;
  title: string;
  /** Sessions that are there all the time. */
  resident: number;
  rounds: number;
  blocks: number;
  comparisons: ComparisonResults[];
  collection?: CollectionResults;
}

export interface ComparisonResults {
  title: string;
  note: string;
  /** The name of the line that ratios are to. */
  baseline: string;
  lines: LineResults[];
}

export interface LineResults {
  /** A contender, with the version of a peer. */
  name: string;
  caveat?: string;
  cells: CellResults[];
}

/** One contender at one operation. Ratios are to the baseline in the same turn. */
export interface CellResults {
  operation: string;
  inFlight: number;
  rate: number;
  rateRatio: Spread;
  processor: number;
  processorRatio: Spread;
  p99: number;
}

/** Garbage collection: medians over the rounds. */
export interface CollectionResults {
  sessions: number;
  expired: number;
  rounds: number;
  lines: CollectionLine[];
}

export interface CollectionLine {
  name: string;
  milliseconds: number;
  longestBlock: number;
  /** To the first line's, in the same round. */
  longestBlockRatio: number;
  loads: LoadFigures;
  idle: LoadFigures;
}

export interface LoadFigures {
  perSecond: number;
  p99: number;
  slowest: number;
}

/** Servers with sessions, over HTTP, in processes of their own. */
export interface HttpResults {
  run: Run;
  /** What the reader must know to judge it. */
  note: string;
  connections: number;
  rounds: number;
  /** What the requests do, in the order of the columns: 'read', 'read and write'. */
  scenarios: string[];
  /** Framework by framework, the bare one of each first. */
  apps: HttpAppResults[];
  matches: HttpMatch[];
  /** Only of a run that compared with an older build: framework by framework, each control below what it is the control of. */
  builds?: HttpBuildRatios[];
}

/** This build of an application to an older one, or the same code to itself, in the same round. */
export interface HttpBuildRatios {
  framework: string;
  name: string;
  kind: 'change' | 'control';
  scenarios: { [scenario: string]: HttpRatios };
}

export interface HttpRatios {
  perSecond: Spread;
  processor: Spread;
  /** Not of the bare framework, which has none. */
  session?: Spread;
}

/** What sessions add in ours, as a share of what they add in a peer, in the same round. */
export interface HttpMatch {
  ours: string;
  peer: string;
  scenarios: { [scenario: string]: Spread };
}

export interface HttpAppResults {
  framework: string;
  /** The session layer, with the version of a peer. */
  name: string;
  /** `before` is ours as an older build, `again` the control for it: ours once more. */
  kind: 'bare' | 'control' | 'ours' | 'peer' | 'before' | 'again';
  scenarios: { [scenario: string]: HttpFigures };
}

export interface HttpFigures {
  perSecond: Spread;
  /** Processor time of the server process per request. */
  processor: Spread;
  /** What of it the session layer adds: the difference to the bare framework in the same round. */
  session?: Spread;
  p99: Spread;
}
