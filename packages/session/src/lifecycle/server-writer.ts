import type { SessionStore } from '@store/core';
import type { SessionCookie } from '../cookie/session-cookie.ts';
import { lifeOf } from './session-life.ts';
import type { SessionWriter } from './session-writer.ts';
import type { StoreCalls } from './store-calls.ts';
import { isCookieDue, secondsToLive } from './touch-policy.ts';

/** Writes sessions that the store keeps; the cookie holds the id and is sent again only when it must be. */
export function createServerWriter(
  store: SessionStore,
  cookie: SessionCookie,
  { call }: StoreCalls,
  touchAfter: number | undefined,
): SessionWriter {
  const { timeouts } = store;

  return {
    async create({ id, options }, { data, flash }) {
      await call(() => store.save(id, data, flash, options));
      return { setCookies: [cookie.set(id, secondsToLive(timeouts, timeouts.now(), options))] };
    },
    async update({ base, id, moves, change, options }) {
      const now = timeouts.now();
      const written = await call(() =>
        store.update(base.id, change, { ...options, base, ...(moves && { newId: id }) }),
      );
      if (!written) return 'ended';
      const renews =
        options.idleTimeout !== undefined ||
        (!cookie.expireOnClose && isCookieDue(timeouts, now, base, touchAfter));
      return {
        setCookies:
          moves || renews ? [cookie.set(id, secondsToLive(timeouts, now, lifeOf(base, options)))] : [],
      };
    },
    async touch({ base, id }) {
      const now = timeouts.now();
      if (!(await call(() => store.touch(base.id, { base })))) return 'ended';
      return {
        setCookies: cookie.expireOnClose ? [] : [cookie.set(id, secondsToLive(timeouts, now, base))],
      };
    },
  };
}
