import type { SessionContent, SessionStore } from '@store/core';
import { assertCookieFits } from '../cookie/cookie-size.ts';
import type { ReceivedCookie } from '../cookie/received-cookie.ts';
import type { SessionWrite } from '../session/session-journal.ts';
import { lifeOf } from './session-life.ts';
import type { SessionWriter, WrittenCookie } from './session-writer.ts';
import type { StoreCalls } from './store-calls.ts';
import { secondsToLive } from './touch-policy.ts';

/**
 * Writes sessions that live in the cookie: every write is a new seal, and parallel requests keep the last one only.
 *
 * @param chunks How many cookies the session may be split over.
 */
export function createCookieWriter(
  store: SessionStore,
  received: ReceivedCookie,
  { call }: StoreCalls,
  chunks: number,
): SessionWriter {
  const { timeouts } = store;
  const { value: cookieValue } = received;

  async function seal(
    { base, id, options }: SessionWrite,
    content: SessionContent,
    version = base.version,
  ): Promise<WrittenCookie> {
    const life = lifeOf(base, options);
    // A session that begins anew must not carry the mark of the one before it: it may have been revoked with all others.
    const continues = life.createdAt !== undefined && version !== undefined;
    const value = await call(() =>
      store.cookieValue(id, content.data, content.flash, { ...life, ...(continues && { version }) }),
    );
    if (value === '') return 'ended';
    const setCookies = received.replace(value, secondsToLive(timeouts, timeouts.now(), life));
    assertCookieFits(setCookies[0] ?? '', content, chunks);
    return { setCookies };
  }

  return {
    create: (write, content) => seal(write, content),
    async update(write) {
      const { base, moves, change } = write;
      // Sealing under a new id would not notice that the old one was revoked meanwhile, or spared when all others were.
      const current = moves && cookieValue ? await call(() => store.load(cookieValue)) : base;
      if (!current.exists) return 'ended';
      const sealed = await seal(write, change({ data: base.data, flash: base.flash }), current.version);
      // Only now: a session too large for a cookie must not lose the one it has.
      if (moves && sealed !== 'ended') await call(() => store.destroy(base.id));
      return sealed;
    },
    touch: (write) => seal(write, { data: write.base.data, flash: write.base.flash }),
  };
}
