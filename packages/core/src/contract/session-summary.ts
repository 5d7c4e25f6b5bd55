import type { SessionData } from './session-content.ts';

/** One line of "your sessions". It names the session without giving its id away. */
export interface SessionSummary {
  /** The record's key. Safe to put in a page: no request can be made with it. */
  handle: string;
  createdAt: number;
  expiresAt: number;
  data: SessionData;
}
