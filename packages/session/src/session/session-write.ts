import type { SaveOptions, SessionContent, StoredSession } from '@store/core';

/** What a request did to its session, ready to be written. */
export interface SessionWrite {
  /** What the changes build on: as loaded, or empty after `invalidate`. */
  base: StoredSession;
  /** The session's id after this write; empty when nothing is kept. */
  id: string;
  /** Whether `id` replaces the id of `base`. */
  moves: boolean;
  /** Whether there is anything to write on top of `base`. */
  changed: boolean;
  /** Repeats the changes on newer content. Pure. */
  change(current: SessionContent): SessionContent;
  /** Subject and lifetime, where this request set them. */
  options: SaveOptions;
  /** Whether `invalidate` was called. */
  invalidated: boolean;
  /** The ids that `invalidate` ended. */
  ended: readonly string[];
  /** The subject whose other sessions are to end, if any. */
  othersOf: string | undefined;
}

/** The base before anything is loaded, and after `invalidate`. */
export const noSession: StoredSession = { id: '', exists: false, data: {}, flash: {} };
