import type { SessionStore } from '@store/core';
import type { SessionJournal } from '../session/session-journal.ts';
import { errorCode, type ReportEvent } from './report-event.ts';
import type { StoreCalls } from './store-calls.ts';

/**
 * Saves what a request changes in a stored session after its headers left, onto the newest content. Never rejects: nobody is
 * left to tell, so failures are reported as events.
 *
 * @param isStored Waits for the request's regular write, and tells whether the session is in the store after it.
 */
export function createLateSave(
  store: SessionStore,
  journal: SessionJournal,
  { call }: StoreCalls,
  report: ReportEvent,
  isStored: () => Promise<boolean>,
): () => Promise<void> {
  let tail: Promise<void> | undefined;

  async function save() {
    if (!journal.isChanged()) return;
    // Taken even when they have nowhere to go, or the response would wait for them for ever.
    const { base, change } = journal.take();
    if (!(await isStored())) return;
    const began = performance.now();
    const event = { type: 'late-save', driver: store.name } as const;
    const milliseconds = () => performance.now() - began;
    try {
      const saved = await call(() => store.update(base.id, change));
      report(() => ({
        ...event,
        outcome: saved ? 'updated' : 'ended-during-request',
        milliseconds: milliseconds(),
      }));
    } catch (error) {
      report(() => ({ ...event, outcome: 'failed', milliseconds: milliseconds(), error: errorCode(error) }));
    }
  }

  return () => {
    // Most requests have none.
    if (!tail && !journal.isChanged()) return Promise.resolve();
    tail = (tail ?? Promise.resolve()).then(save);
    return tail;
  };
}
