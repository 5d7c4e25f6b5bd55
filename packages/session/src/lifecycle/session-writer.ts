import type { SessionContent } from '@store/core';
import type { SessionWrite } from '../session/session-journal.ts';

/**
 * Puts a request's changes where the store keeps sessions. Every function answers the `Set-Cookie` values to send,
 * which may be none, or `'ended'` when the session ended meanwhile and nothing was written.
 */
export interface SessionWriter {
  /** Stores a new session. */
  create(write: SessionWrite, content: SessionContent): Promise<WrittenCookie>;
  /** Writes changes, a new id or new options of a stored session. */
  update(write: SessionWrite): Promise<WrittenCookie>;
  /** Starts the idle period again and changes nothing. */
  touch(write: SessionWrite): Promise<WrittenCookie>;
}

export type WrittenCookie = { setCookies: readonly string[] } | 'ended';
