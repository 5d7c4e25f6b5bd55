import type { Contender } from '../contender.ts';
import type { Spread } from '../measure/statistics.ts';

/**
 * The figures that `results.json` holds, each part by the last run that measured it. Report, table and picture are made of
 * these alone. Rates are per second, latencies and blocks in milliseconds, processor time in microseconds.
 */
export interface Results {
  backends: { [name: string]: BackendResults };
  http?: HttpResults;
}

/** When, where and how a part was measured. Parts may come from different runs. */
export interface Run {
  date: string;
  command: string;
  quick: boolean;
  seconds: number;
  node: string;
  system: string;
  processors: string;
  files: 'disk' | 'tmpfs';
}

export interface BackendResults {
  run: Run;
  title: string;
  note: string;
  resident: number;
  rounds: number;
  blocks: number;
  lines: LineResults[];
  collection?: CollectionResults;
}

export interface LineResults extends Pick<Contender, 'name' | 'kind' | 'caveat'> {
  cells: CellResults[];
}

/** One contender at one operation. Ratios are to the bare backend in the same turn. */
export interface CellResults {
  operation: string;
  inFlight: number;
  rate: number;
  rateRatio: Spread;
  processor: number;
  processorRatio: Spread;
  /** Of `before` and `again`: how many times the processor time of ours in the same turn. */
  toOurs?: Spread;
  p99: number;
}

/** Garbage collection: medians over the rounds, of its cost, and of the loads with and without it. */
export interface CollectionResults {
  sessions: number;
  expired: number;
  rounds: number;
  lines: { name: string; milliseconds: number; longestBlock: number; p99: number; idleP99: number }[];
}

export interface HttpResults {
  run: Run;
  note: string;
  rounds: number;
  /** In the order of the columns. */
  scenarios: string[];
  /** Framework by framework, the bare one of each first. */
  applications: HttpApplicationResults[];
}

export interface HttpApplicationResults {
  framework: string;
  name: string;
  kind: HttpKind;
  scenarios: { [scenario: string]: HttpFigures };
}

/** `before` is ours as an older build, `again` the control for it: ours once more. */
export type HttpKind = 'bare' | 'control' | 'ours' | 'peer' | 'before' | 'again';

export interface HttpFigures {
  perSecond: Spread;
  /** Processor time of the server process per request. */
  processor: Spread;
  /** The part that the session layer adds: the difference from the bare framework in the same round. */
  session?: Spread;
  /** Of `before` and `again`: how many times what ours adds in the same round. */
  toOurs?: Spread;
  p99: Spread;
}
