import type { SaveOptions, SessionContent, StoredSession } from '@store/core';
import type { SessionPhase } from './write-permission.ts';

/** What a request did to its session, ready to be written. */
export interface SessionWrite {
  /** The stored session that `invalidate` ended. */
  ended: StoredSession | undefined;
  /** Whether `invalidate` was called at all. */
  invalidated: boolean;
  /** What the changes build on: as loaded, or empty after `invalidate`. */
  base: StoredSession;
  /** Where the session is to live from now on; empty when there is nothing to keep. */
  id: string;
  /** Whether `id` replaces the base's. */
  moves: boolean;
  /** Whether there is anything to write on top of `base`. */
  changed: boolean;
  /** Does the changes again on newer content. Pure. */
  change(current: SessionContent): SessionContent;
  /** Subject and idle timeout, where this request set them. */
  options: SaveOptions;
}

/** The lifecycle's side of a session. */
export interface SessionJournal {
  /** Whether the handler looked at the session or changed it. */
  isUsed(): boolean;
  /** Whether changes wait to be taken. */
  isChanged(): boolean;
  /** Hands over what was done so far; what comes later is recorded apart. */
  take(): SessionWrite;
  setPhase(phase: SessionPhase): void;
  /** Stored keys hidden because they do not fit the schema. */
  readonly misfits: readonly string[];
}
