import type { StoredSession } from '@store/core';
import type { SessionOptions } from '../src/options.ts';
import { factsOf } from '../src/request/facts.ts';
import type { RequestSession } from '../src/request/request-session.ts';
import { createSessions } from '../src/request/sessions.ts';
import { createMemoryStore } from './memory-store.ts';

/** A request's session, as if the given content had been loaded. */
export function openLoaded(
  stored: Partial<StoredSession> = {},
  options: SessionOptions<never, never> = {},
): RequestSession {
  const { store } = createMemoryStore();
  const request = createSessions({ store, ...options }).load(undefined, factsOf('')) as RequestSession;
  request.journal.begin({ id: 'i'.repeat(43), exists: true, data: {}, flash: {}, ...stored });
  return request;
}
