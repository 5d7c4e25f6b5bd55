import type { SaveOptions, StoredSession } from '@store/core';

/** What decides how long a session lives, and whose it is. */
export interface SessionLife extends SaveOptions {
  createdAt?: number;
}

/** A session's life after this request's options: a subject it did not have begins it anew. */
export function lifeOf(base: StoredSession, options: SaveOptions): SessionLife {
  const { createdAt } = base;
  const subject = options.subject ?? base.subject;
  const idleTimeout = options.idleTimeout ?? base.idleTimeout;
  return {
    ...(createdAt !== undefined && subject === base.subject && { createdAt }),
    ...(subject !== undefined && { subject }),
    ...(idleTimeout !== undefined && { idleTimeout }),
  };
}
