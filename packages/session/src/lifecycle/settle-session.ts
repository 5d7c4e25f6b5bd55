import type { SessionContent } from '@store/core';
import type { ReceivedCookie } from '../cookie/received-cookie.ts';
import type { SessionWrite } from '../session/session-journal.ts';
import type { CookieReason, SessionOutcome } from './session-event.ts';
import type { SessionWriter, WrittenCookie } from './session-writer.ts';

/** What became of the session, and the `Set-Cookie` values to send. */
export interface Settlement {
  outcome: SessionOutcome;
  cookie: 'set' | 'cleared' | 'skipped';
  reason: CookieReason;
  setCookies?: readonly string[];
  error?: unknown;
}

/** All that the decision depends on. */
export interface SettleCase {
  write: SessionWrite;
  /** Made when there is something to write. */
  writer: () => SessionWriter;
  received: ReceivedCookie;
  /** Why there was no session at the beginning, if there was none. */
  absence: 'no-cookie' | 'ambiguous-cookie' | 'unknown-session' | undefined;
  /** The handler threw, or answered 5xx. */
  failed: boolean;
  touch: 'due' | 'not-yet-due' | 'public-response';
  destroy(id: string): Promise<void>;
}

/** Whether a request leaves something that a new session must be stored for. */
export function contentToCreate({
  base,
  changed,
  change,
  options,
}: SessionWrite): SessionContent | undefined {
  if (base.exists || (!changed && options.subject === undefined)) return undefined;
  const content = change({ data: {}, flash: {} });
  const isEmpty = Object.keys(content.data).length === 0 && Object.keys(content.flash).length === 0;
  return isEmpty && options.subject === undefined ? undefined : content;
}

/** Whether anything an application did would be missing if the write came to nothing. */
export function hasEffect(write: SessionWrite): boolean {
  return write.invalidated || write.changed || contentToCreate(write) !== undefined;
}

/** Decides what one request's session needs, and does it. Synchronous when the store has nothing to do. */
export function settleSession(given: SettleCase): Settlement | Promise<Settlement> {
  const { write, writer, failed, absence, touch } = given;
  if (write.invalidated) return endSession(given);
  const content = contentToCreate(write);
  if (failed) {
    const lost = write.changed || content !== undefined;
    return skipped(lost ? 'discarded' : write.base.exists ? 'unchanged' : 'none', 'handler-failed');
  }
  if (content) return written('created', 'created', writer().create(write, content));
  if (!write.base.exists) return skipped('none', absence ?? 'nothing-written');
  if (write.moves) return written('regenerated', 'regenerated', writer().update(write));
  if (write.changed) return written('updated', 'updated', writer().update(write));
  if (touch === 'due') return written('touched', 'renewed', writer().touch(write));
  return skipped('unchanged', touch);
}

async function endSession({
  write,
  writer,
  received,
  absence,
  failed,
  destroy,
}: SettleCase): Promise<Settlement> {
  if (write.ended) await destroy(write.ended.id);
  const content = failed ? undefined : contentToCreate(write);
  if (content) return written('invalidated', 'created', writer().create(write, content));
  if (absence === 'no-cookie') return skipped('none', 'no-cookie');
  return { outcome: 'invalidated', cookie: 'cleared', reason: 'invalidated', setCookies: received.remove() };
}

async function written(
  outcome: SessionOutcome,
  reason: CookieReason,
  writing: Promise<WrittenCookie>,
): Promise<Settlement> {
  const result = await writing;
  // The cookie in the browser may be the next session's by now, so it is left alone.
  if (result === 'ended') return skipped('ended-during-request', 'ended-during-request');
  if (result.setCookies.length === 0) return skipped(outcome, 'not-yet-due');
  return { outcome, cookie: 'set', reason, setCookies: result.setCookies };
}

export function skipped(outcome: SessionOutcome, reason: CookieReason): Settlement {
  return { outcome, cookie: 'skipped', reason };
}
