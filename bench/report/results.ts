import type { Contender } from '../contender.ts';
import type { Spread } from '../measure/statistics.ts';

/**
 * The figures in `results.json`, each part from the last run that measured it. The report, table and charts are generated from
 * them alone. Rates are per second, latencies and blocks in milliseconds, processor time in microseconds.
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

/** One contender's results for one operation. Ratios are relative to the bare backend in the same turn. */
export interface CellResults {
  operation: string;
  inFlight: number;
  rate: number;
  rateRatio: Spread;
  processor: number;
  processorRatio: Spread;
  /** For `before` and `again`: processor time as a multiple of ours in the same turn. */
  toOurs?: Spread;
  p99: number;
}

/** Garbage collection: medians across rounds, of its cost and of the loads with and without it. */
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
  /** In column order. */
  scenarios: string[];
  /** Framework by framework, starting with the bare one. */
  applications: HttpApplicationResults[];
}

export interface HttpApplicationResults {
  framework: string;
  name: string;
  kind: HttpKind;
  scenarios: { [scenario: string]: HttpFigures };
}

/** `before` is an older build of ours, and `again` is its control: ours once more. */
export type HttpKind = 'bare' | 'control' | 'ours' | 'peer' | 'before' | 'again';

export interface HttpFigures {
  perSecond: Spread;
  /** Processor time of the server process per request. */
  processor: Spread;
  /** What the session layer adds: the difference from the bare framework in the same round. */
  session?: Spread;
  /** For `before` and `again`: the added time as a multiple of what ours adds in the same round. */
  toOurs?: Spread;
  p99: Spread;
}
