import type { StoredSession } from '@store/core';
import { resolveSessionOptions, type SessionOptions } from '../src/options.ts';
import { factsOf } from '../src/request/facts.ts';
import { loadSession } from '../src/request/load-session.ts';
import type { RequestSession } from '../src/request/request-session.ts';
import { createMemoryStore } from './memory-store.ts';

/** A request's session as if this had been loaded. */
export function openLoaded(
  stored: Partial<StoredSession> = {},
  options: SessionOptions<never, never> = {},
): RequestSession {
  const { store } = createMemoryStore();
  const request = loadSession(
    resolveSessionOptions({ store, ...options }),
    factsOf(''),
    undefined,
  ) as RequestSession;
  request.begin({ id: 'i'.repeat(43), exists: true, data: {}, flash: {}, ...stored });
  return request;
}
