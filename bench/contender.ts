import type { Awaitable, SessionContent } from '@store/core';

/** How long a session lives in every contender, in milliseconds. */
export const lifetime = 2 * 3_600_000;

export type Change = (content: SessionContent) => SessionContent;

/** An open contender with its own files or its own schema. Every call is awaited, even if a store is synchronous. */
export interface OpenContender<Loaded = unknown> {
  load(id: string): Awaitable<Loaded>;
  /** The session that a load found; `undefined` if it found none. */
  contentOf(loaded: Loaded): SessionContent | undefined;
  /** Saves a new or an existing session. `now` is in the past for sessions that should be expired. */
  save(id: string, content: SessionContent, now?: number): Awaitable<unknown>;
  /** Whether the content of a saved session cannot be changed: no `save over`, no `request`. */
  writeOnce?: boolean;
  /** The second half of a request, if that is a separate call. @default saves the result of `change` on the loaded content */
  update?(id: string, loaded: Loaded, change: Change): Awaitable<unknown>;
  touch?(id: string, loaded: Loaded): Awaitable<unknown>;
  destroy(id: string): Awaitable<unknown>;
  gc?(): Awaitable<unknown>;

  /** Performs many saves faster than one at a time, for example in a transaction. Neither this nor anything below is ever timed. */
  bulk?(saves: () => Promise<void>): Promise<void>;
  /** Checkpoints or vacuums, so that no operation pays for an earlier one. */
  maintain?(): Awaitable<void>;
  /** Waits for the store's own threads, so that their processor time is counted here rather than in the next contender's block. */
  rest?(): Awaitable<void>;
  /** How many sessions the backend actually holds, including expired ones. */
  rows(): Awaitable<number>;
  close?(): Awaitable<void>;
}

/** What a store provides itself, as opposed to its backend. */
export type Operations<Loaded> = Omit<OpenContender<Loaded>, 'rows'>;

/** A store to measure. */
export interface Contender {
  /** The name as printed, including the version if it is not one of our packages. */
  name: string;
  /**
   * - `bare`: the backend without a store, the baseline of every ratio
   * - `control`: the same code as `bare` again; any difference is noise
   * - `limit`: the backend without a store, on a simpler, hand-written table
   * - `before`, `again`: ours from an older build, and ours once more
   */
  kind: 'bare' | 'control' | 'limit' | 'ours' | 'peer' | 'before' | 'again';
  /** The name of our contender that `before` and `again` are compared with. */
  variantOf?: string;
  /** Why the comparison is unequal, in two or three words: "no expiry". */
  caveat?: string;
  /** Left out of a quick run, because it waits for the disk on every write or hardly differs from another line. */
  slow?: boolean;
  /** Opens the contender in an empty directory. */
  open(directory: string): Awaitable<OpenContender>;
}

/** Everything measured on one backend, in the same rounds. */
export interface Backend {
  name: string;
  title: string;
  /** What readers need to know to judge the figures: settings, schema, the baseline. */
  note: string;
  /** The baseline of every line's ratio, in the same round. */
  baseline: Contender;
  /** In table order, including the baseline and the control. */
  lines: Contender[];
  /** The operations that make sense here. @default all */
  operations?: readonly string[];
  /** A multiplier for the plan's number of blocks, and the sizes of the blocks. @default as in the plan */
  blocks?: { times: number; sizes: number[] };
  /** The lines of the garbage collection table, baseline first; empty where there is nothing to collect. */
  collectors: Contender[];
}

/** All contenders in a backend's rounds, once each. */
export function contendersOf({ lines, collectors }: Backend): Contender[] {
  return [...new Set([...lines, ...collectors])];
}

/** The same backend without its slow contenders. */
export function withoutSlow(backend: Backend): Backend {
  return { ...backend, lines: backend.lines.filter(({ slow }) => !slow) };
}
