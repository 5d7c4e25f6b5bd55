import type { Awaitable, SessionContent } from '@store/core';

/** How long a session lives in every contender, in milliseconds. */
export const lifetime = 2 * 3_600_000;

export type Change = (content: SessionContent) => SessionContent;

/** A contender, open on files or a schema of its own. Every call is awaited, even where a store is synchronous. */
export interface OpenContender<Loaded = unknown> {
  load(id: string): Awaitable<Loaded>;
  /** What a load found; `undefined` when there was no session. */
  contentOf(loaded: Loaded): SessionContent | undefined;
  /** Saves a session, new or not. `now` is in the past for one that is to have expired. */
  save(id: string, content: SessionContent, now?: number): Awaitable<unknown>;
  /** It cannot change the content of a session it has saved: no `save over`, no `request`. */
  writeOnce?: boolean;
  /** The second half of a request, if that is a call of its own. @default saves what `change` makes of the content loaded */
  update?(id: string, loaded: Loaded, change: Change): Awaitable<unknown>;
  touch?(id: string, loaded: Loaded): Awaitable<unknown>;
  destroy(id: string): Awaitable<unknown>;
  gc?(): Awaitable<unknown>;

  /** Never timed, nor is what follows. Runs many saves faster than one by one, in a transaction for example. */
  bulk?(saves: () => Promise<void>): Promise<void>;
  /** Checkpoints or vacuums, so that no operation pays for what an earlier one left behind. */
  maintain?(): Awaitable<void>;
  /** Waits for its own threads, so that their processor time is counted here and not in the next contender's block. */
  rest?(): Awaitable<void>;
  /** How many sessions the backend really holds, expired ones included. */
  rows(): Awaitable<number>;
  close?(): Awaitable<void>;
}

/** What a store does itself, without what its backend adds. */
export type Operations<Loaded> = Omit<OpenContender<Loaded>, 'rows'>;

/** A store to measure. */
export interface Contender {
  /** As it is printed, with its version if it is a package of others. */
  name: string;
  /**
   * - `bare`: the backend without a store, which every ratio is to
   * - `control`: the same code as `bare` again; what it differs by is noise
   * - `limit`: the backend without a store, on the table that people write by hand
   * - `before`, `again`: ours as an older build, and once more as it is
   */
  kind: 'bare' | 'control' | 'limit' | 'ours' | 'peer' | 'before' | 'again';
  /** What `before` and `again` are compared with: the name of ours. */
  variantOf?: string;
  /** What makes it an unequal match, in two or three words: "no expiry". */
  caveat?: string;
  /** A quick run leaves it out: it waits for the disk at every write, or differs little from another line. */
  slow?: boolean;
  /** Opens it on an empty directory. */
  open(directory: string): Awaitable<OpenContender>;
}

/** All that is measured of one backend, in the same rounds. */
export interface Backend {
  name: string;
  title: string;
  /** What the reader must know to judge it: settings, schema, what the baseline is. */
  note: string;
  /** Every line's ratio is to this one, in the same round. */
  baseline: Contender;
  /** In the order of the table, baseline and control included. */
  lines: Contender[];
  /** The operations that mean something here. @default all */
  operations?: readonly string[];
  /** How many times the plan's number of blocks, and the sizes of these. @default as in the plan */
  blocks?: { times: number; sizes: number[] };
  /** The lines of the garbage collection table, its baseline first; empty where there is nothing to collect. */
  collectors: Contender[];
}

/** Everyone who takes part in a backend's rounds, once each. */
export function contendersOf({ lines, collectors }: Backend): Contender[] {
  return [...new Set([...lines, ...collectors])];
}

/** The same backend without its slow contenders. */
export function withoutSlow(backend: Backend): Backend {
  return { ...backend, lines: backend.lines.filter(({ slow }) => !slow) };
}
