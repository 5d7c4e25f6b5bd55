import { reportedCode } from './events.ts';
import type { RequestSession } from './request-session.ts';
import { withStatus } from './store-calls.ts';

const lateSaves = new WeakMap<RequestSession, Promise<void>>();

/**
 * Saves the changes that a request makes to a stored session after its headers were sent, on top of the latest content. Never
 * rejects: no caller could handle the error any more, so failures are reported as events.
 */
export function saveLateChanges(request: RequestSession): Promise<void> | undefined {
  // Most requests have no late changes.
  if (!request.journal.isChanged && !lateSaves.has(request)) return undefined;
  const tail = (lateSaves.get(request) ?? Promise.resolve()).then(() => saveLate(request));
  lateSaves.set(request, tail);
  return tail;
}

async function saveLate(request: RequestSession): Promise<void> {
  if (!request.journal.isChanged) return;
  const { store } = request;
  const began = performance.now();
  const event = () => ({
    type: 'late-save' as const,
    store: store.name,
    milliseconds: performance.now() - began,
  });
  try {
    // Taken even if they cannot be saved; otherwise the response would wait for them forever.
    const { base, change } = request.journal.take();
    if (!(await request.isStored)) return;
    const saved = await request.calls.call(() => store.update(base.id, change));
    request.report(() => ({ ...event(), outcome: saved ? 'updated' : 'ended-during-request' }));
  } catch (error) {
    request.report(() => ({ ...event(), outcome: 'failed', error: reportedCode(error) }));
  }
}

/** Carries out `session.save()` after the headers were sent. @returns `false` when the session has ended */
export async function saveNow(request: RequestSession): Promise<boolean> {
  await lateSaves.get(request);
  if (!(await request.isStored)) return false;
  if (!request.journal.isChanged) return true;
  const { base, change } = request.journal.take();
  try {
    return await request.calls.call(() => request.store.update(base.id, change));
  } catch (error) {
    throw withStatus(error);
  }
}

/** Garbage collection to run after the response, if this request is selected for it. Never rejects: it must not fail the request. */
export function garbageCollection(request: RequestSession): (() => Promise<void>) | undefined {
  const { store, options } = request;
  if (!request.isAsked || store.kind === 'cookie' || options.random() >= options.gcProbability)
    return undefined;
  return async () => {
    const began = performance.now();
    const event = () => ({ type: 'gc' as const, store: store.name, milliseconds: performance.now() - began });
    try {
      const removed = await store.gc();
      request.report(() => ({ ...event(), outcome: 'collected', removed }));
    } catch (error) {
      request.report(() => ({ ...event(), outcome: 'failed', error: reportedCode(error) }));
    }
  };
}
