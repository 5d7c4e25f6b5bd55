import type { Awaitable, SessionContent } from '@store/core';

/** A contender that is open on files of its own. All are called the same way, and awaited, also those that answer at once. */
export interface OpenContender<Loaded = unknown> {
  load(id: string): Awaitable<Loaded>;
  /** What a load found; `undefined` when there was no session. Never timed. */
  contentOf(loaded: Loaded): SessionContent | undefined;
  saveNew(id: string, content: SessionContent): Awaitable<unknown>;
  /** The seed's `save` on a session that is there. Left out by a contender that cannot write a session twice. */
  saveOver?(id: string, content: SessionContent): Awaitable<unknown>;
  /** The second half of a request: writes what `change` makes of the content that this request loaded. */
  update?(id: string, loaded: Loaded, change: Change): Awaitable<unknown>;
  touch?(id: string, loaded: Loaded): Awaitable<unknown>;
  destroy(id: string): Awaitable<unknown>;
  gc?(): Awaitable<unknown>;
  /** Saves a session that ended a day ago, for `gc` to find. */
  saveExpired?(id: string, content: SessionContent): Awaitable<unknown>;
  /** Runs many saves faster than one by one, in a transaction for example. Never timed. */
  bulk(saves: () => Promise<void>): Promise<void>;
  /** Ends what earlier operations left to do, such as a long write-ahead log. Never timed. */
  settle(): Awaitable<void>;
  /** Waits until threads of its own are done, so that nobody else pays for them. Only the processor time is counted. */
  rest?(): Awaitable<void>;
  /** How many sessions the backend really holds, expired ones too. Never timed. */
  rows(): Awaitable<number>;
  close(): Awaitable<void>;
}

export type Change = (content: SessionContent) => SessionContent;

/** A store to measure: ours, a peer's, or the bare backend. */
export interface Contender {
  /**
   * As it is printed, with the version for a package of others. Ours begin with `@store/`, those that are no package with
   * `bare: `, the control with `A/A control`: tables and plots go by that.
   */
  name: string;
  /** What it spares itself, in two or three words, where that makes it quicker: "no expiry". */
  caveat?: string;
  /** Waits for the disk at every write, or tells little more than its neighbour: a quick run goes without it. */
  slow?: boolean;
  /** Opens it on an empty directory. */
  open(directory: string): Awaitable<OpenContender>;
}

/** Contenders that are compared with one another: each line's ratio is to `baseline`, in the same round. */
export interface Comparison {
  title: string;
  /** What the reader must know to judge it: settings, schema, what the baseline is. */
  note: string;
  baseline: Contender;
  lines: Contender[];
}

/** All that is measured of one backend, in one run of rounds. */
export interface Backend {
  name: string;
  title: string;
  comparisons: Comparison[];
  /** The operations that mean something there. @default all */
  operations?: readonly string[];
  /** For a backend whose operations take long: so many times the plan's blocks, of these sizes by how many are in flight. */
  blocks?: { times: number; sizes: ReadonlyMap<number, number> };
  /** Whom the garbage collection table shows; the first is its baseline. None: there is nothing to collect. */
  collectors: Contender[];
}

/** Everyone who takes part in a backend's rounds, once each. */
export function contendersOf({ comparisons, collectors }: Backend): Contender[] {
  return [...new Set([...comparisons.flatMap(({ baseline, lines }) => [baseline, ...lines]), ...collectors])];
}

/** The same backend without its slow contenders. */
export function withoutSlow(backend: Backend): Backend {
  const comparisons = backend.comparisons.map((comparison) => ({
    ...comparison,
    lines: comparison.lines.filter(({ slow }) => !slow),
  }));
  return { ...backend, comparisons };
}
