import type { Awaitable, SessionContent } from '@store/core';
import type { OutgoingCookie } from '../cookie/outgoing-cookie.ts';
import type { SessionWrite } from '../session/session-write.ts';
import { hasEnded, rememberEnded } from './ended-seals.ts';
import { lifeOf, maxAgeOf } from './renewal.ts';
import type { RequestSession } from './request-session.ts';
import type { Written } from './server-writer.ts';
import { whenReady } from './store-calls.ts';

/**
 * Seals a session into its cookie: every write makes a new seal, and the last of several parallel responses wins. When the id
 * changes, a store that can end seals ends the old one, and refuses the write if the old one had already ended.
 *
 * @throws {StoreError} `TOO_LARGE` when the cookie, or its pieces together, would not be sent back. The old cookie stays.
 */
export function sealSession(
  request: RequestSession,
  { base, id, options }: SessionWrite,
  { data, flash }: SessionContent,
): Awaitable<Written> {
  if (base.exists && hasEnded(request, base.id)) return 'ended';
  const { timeouts } = request.store;
  const life = lifeOf(base, options);
  const { createdAt, ...own } = life;
  const sealedLife = createdAt === undefined ? own : { ...own, createdAt };
  const { version, family, unknownFields } = base;
  const continues = base.exists && createdAt !== undefined && version !== undefined;
  const isOfAnotherUser = base.subject !== undefined && life.subject !== base.subject;
  let accepted: string | undefined;
  let cookies: readonly OutgoingCookie[] = [];
  const accept = (value: string): void => {
    cookies = request.cookie.set(value, maxAgeOf(request, timeouts.now(), life), { data, flash });
    accepted = value;
  };
  const sealed = request.calls.call(() =>
    request.direct.cookieValue(id, data, flash, {
      ...sealedLife,
      ...(continues && { version }),
      ...(family !== undefined && { family }),
      ...(unknownFields !== undefined && !isOfAnotherUser && { unknownFields }),
      // Checked before the store retires the old id: a session that is now too large must not lose its current cookie.
      accept,
    }),
  );
  return whenReady(sealed, (value): Written => {
    if (value === '') return 'ended';
    // A store that wraps another might not pass `accept` on.
    if (value !== accepted) accept(value);
    return { cookies: [...cookies, ...(isOfAnotherUser ? rememberEnded(request, [base.id]) : [])] };
  });
}
