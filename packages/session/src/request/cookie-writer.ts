import type { Awaitable, SessionContent } from '@store/core';
import type { SessionWrite } from '../session/session-write.ts';
import { hasEnded, rememberEnded } from './ended-seals.ts';
import { lifeOf, maxAgeOf } from './renewal.ts';
import type { RequestSession } from './request-session.ts';
import type { Written } from './server-writer.ts';
import { whenReady } from './store-calls.ts';

/**
 * Seals a session into its cookie: every write is a new seal, and of parallel requests the last response counts. Under a new
 * id the store ends the old one, if it can end seals, and refuses when it was ended first.
 *
 * @throws {StoreError} `TOO_LARGE` when the cookie, or its pieces together, would not come back. The old one stays.
 */
export function sealSession(
  request: RequestSession,
  { base, id, moves, options }: SessionWrite,
  { data, flash }: SessionContent,
): Awaitable<Written> {
  if (base.exists && hasEnded(request, base.id)) return 'ended';
  const { timeouts } = request.store;
  const life = lifeOf(base, options);
  const { createdAt, ...own } = life;
  const sealedLife = createdAt === undefined ? own : { ...own, createdAt };
  const { version, family } = base;
  const continues = base.exists && createdAt !== undefined && version !== undefined;
  const cookiesOf = (value: string) =>
    request.cookie.set(value, maxAgeOf(request, timeouts.now(), life), { data, flash });
  const seal = (inFamily: boolean) =>
    request.calls.call(() =>
      request.direct.cookieValue(id, data, flash, {
        ...sealedLife,
        ...(continues && { version }),
        ...(inFamily && family !== undefined && { family }),
      }),
    );
  const isOfAnotherUser = base.subject !== undefined && life.subject !== base.subject;
  const finish = () =>
    whenReady(seal(true), (value): Written => {
      if (value === '') return 'ended';
      return {
        cookies: [...cookiesOf(value), ...(isOfAnotherUser ? rememberEnded(request, [base.id]) : [])],
      };
    });

  if (!moves || family === undefined) return finish();
  // Sealing in the family ends the old id. A first seal outside it shows whether the session fits: one too large for its
  // cookie must not lose the one it has.
  return whenReady(seal(false), (trial) => {
    if (trial !== '') cookiesOf(trial);
    return finish();
  });
}
