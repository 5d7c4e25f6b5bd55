import type { Awaitable, SessionContent } from '@store/core';
import type { OutgoingCookie } from '../cookie/outgoing-cookie.ts';
import type { SessionWrite } from '../session/session-write.ts';
import { isCookieDue, type Life, lifeOf, maxAgeOf } from './renewal.ts';
import type { RequestSession } from './request-session.ts';
import { isPromise, whenReady } from './store-calls.ts';

/** The cookies to send, possibly none, or `ended` if the session no longer existed and nothing was written. */
export type Written = { cookies: readonly OutgoingCookie[] } | 'ended';

const noCookies: Written = { cookies: [] };

/** Stores a new session; the cookie holds its id. */
export function createOnServer(
  request: RequestSession,
  { base, id, options }: SessionWrite,
  { data, flash }: SessionContent,
): Awaitable<Written> {
  const saved = request.calls.call(() => request.direct.save(id, data, flash, options));
  return whenReady(saved, () => cookieOf(request, id, lifeOf(base, options)));
}

/** Writes changes on top of the latest content, under a new id if the session moves. */
export function updateOnServer(
  request: RequestSession,
  { base, id, moves, change, options }: SessionWrite,
): Awaitable<Written> {
  const { timeouts } = request.store;
  const now = timeouts.now();
  const written = request.calls.call(() =>
    request.direct.update(base.id, change, {
      ...options,
      base,
      endWhenEmpty: true,
      ...(moves && { newId: id }),
    }),
  );
  const finish = (isWritten: boolean): Written => {
    if (!isWritten) return 'ended';
    const life = lifeOf(base, options);
    const isLifetimeNew = options.idleTimeout !== undefined || options.expireOnClose !== undefined;
    const renews =
      moves ||
      isLifetimeNew ||
      (!(life.expireOnClose ?? request.cookie.expireOnClose) &&
        isCookieDue(timeouts, now, base, request.options.touchAfter));
    return renews ? cookieOf(request, id, life, now) : noCookies;
  };
  return isPromise(written) ? written.then(finish) : finish(written);
}

/** Restarts the idle period and changes nothing else. */
export function touchOnServer(request: RequestSession, { base, id }: SessionWrite): Awaitable<Written> {
  const now = request.store.timeouts.now();
  const touched = request.calls.call(() => request.direct.touch(base.id, { base }));
  return whenReady(touched, (isTouched) => {
    if (!isTouched) return 'ended';
    const isLasting = !(base.expireOnClose ?? request.cookie.expireOnClose);
    return isLasting ? cookieOf(request, id, lifeOf(base, {}), now) : noCookies;
  });
}

function cookieOf(
  request: RequestSession,
  id: string,
  life: Life,
  now = request.store.timeouts.now(),
): Written {
  return { cookies: request.cookie.set(id, maxAgeOf(request, now, life)) };
}
