import type { SessionStore } from '@store/core';
import { errorCode, type ReportEvent } from './report-event.ts';

/** Runs garbage collection and reports it; never rejects, since the user it follows is not to blame (seed: 2 % of requests). */
export async function collectGarbage(store: SessionStore, report: ReportEvent): Promise<void> {
  const began = performance.now();
  const event = { type: 'gc', driver: store.name } as const;
  try {
    const removed = await store.gc();
    report(() => ({ ...event, outcome: 'collected', removed, milliseconds: performance.now() - began }));
  } catch (error) {
    report(() => ({
      ...event,
      outcome: 'failed',
      error: errorCode(error),
      milliseconds: performance.now() - began,
    }));
  }
}
