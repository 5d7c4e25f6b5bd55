import { createRecordStore } from '@store/core/driver';
import { describe, expect, it } from 'vitest';
import { breakableStorage } from '../test/breakable-ledger.ts';
import { fakeClock } from '../test/fake-clock.ts';
import { openSite } from '../test/site.ts';
import { startSession } from './start-session.ts';

const password = 'a password of at least 32 characters';

/** A site whose cookie sessions can be revoked. */
async function openRevocableSite(options: Partial<Parameters<typeof startSession>[0]> = {}) {
  const clock = fakeClock();
  const memory = breakableStorage();
  const revocations = createRecordStore(memory.storage, { now: clock.now });
  const store = await startSession({ password, cache: false, revocations, now: clock.now, ...options });
  return { ...openSite(store), ...clock, ...memory, store };
}

/** A promise and the function that resolves it. */
const gate = () => Promise.withResolvers<void>();

describe('a cookie session over HTTP', () => {
  it('has the same methods as any other, and keeps nothing on the server', async () => {
    const store = await startSession({ password, cache: false });
    const browser = openSite(store).openBrowser();
    await browser.visit((session) => {
      session.set('name', 'Ada');
      session.setSubject('7');
      session.flash('notice', 'Welcome');
    });
    await browser.visit((session) => {
      expect([session.get('name'), session.subject, session.getFlash('notice')]).toEqual([
        'Ada',
        '7',
        'Welcome',
      ]);
      session.regenerate();
    });
    expect(await browser.read('name')).toBe('Ada');
    await browser.visit((session) => session.invalidate());
    // The marker cookie remembers for two minutes which session ended, since the store cannot.
    expect([...browser.cookies.keys()]).toEqual(['__Host-session-ended']);
  });

  it('KNOWN LIMIT: when requests run concurrently, the last response wins', async () => {
    const browser = openSite(await startSession({ password, cache: false })).openBrowser();
    await browser.visit((session) => session.set('n', 0));
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => browser.visit((session) => session.set(`key${index}`, 1))),
    );
    let keys = 0;
    await browser.visit((session) => {
      for (let index = 0; index < 50; index++) if (session.has(`key${index}`)) keys++;
    });
    expect(keys).toBe(1);
  });

  it('is sealed with the new password by the first request whose cookie is sealed with an old one', async () => {
    const old = 'the old password of over 32 characters';
    const browser = openSite(await startSession({ password: old, cache: false })).openBrowser();
    await browser.visit((session) => session.set('name', 'Ada'));
    const during = openSite(await startSession({ password: [password, old], cache: false }));
    const moved = during.openBrowser(browser.cookies);
    expect((await moved.visit(() => {})).setCookies).toHaveLength(1);
    expect((await moved.visit(() => {})).setCookies).toHaveLength(0);
    const after = openSite(await startSession({ password, cache: false })).openBrowser(moved.cookies);
    expect(await after.read('name')).toBe('Ada');
  });
});

describe('a session too large for one cookie', () => {
  const large = 'x'.repeat(6000);

  it('is refused with its size, the limit and the largest keys, and the previous one is kept', async () => {
    const { openBrowser, events } = openSite(await startSession({ password, cache: false }));
    const browser = openBrowser();
    await browser.visit((session) => session.set('n', 1));
    const error = await browser.visit((session) => session.set('name', large)).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'TOO_LARGE' });
    expect(error.message).toMatch(
      / is 8\d{3} bytes .* browsers keep 4096\. .*Largest: data\.name \(6002 bytes/,
    );
    expect(events.at(-1)).toMatchObject({ outcome: 'failed', error: 'TOO_LARGE' });
    expect(await browser.read('n')).toBe(1);
  });

  it('is split across several cookies where that is allowed, and returns to one cookie when it shrinks', async () => {
    const store = await startSession({ password, cache: false });
    const { openBrowser } = openSite(store, { cookie: { chunks: 3 } });
    const browser = openBrowser();
    await browser.visit((session) => session.set('name', large));
    expect([...browser.cookies.keys()]).toEqual([0, 1, 2].map((index) => `__Host-session.${index}`));
    expect(await browser.read('name')).toBe(large);
    await browser.visit((session) => session.set('name', 'Ada'));
    expect([...browser.cookies.keys()]).toEqual(['__Host-session']);
    expect(await browser.read('name')).toBe('Ada');
    await browser.visit((session) => session.set('name', large));
    await browser.visit((session) => session.invalidate());
    // The marker cookie remembers for two minutes which session ended, since the store cannot.
    expect([...browser.cookies.keys()]).toEqual(['__Host-session-ended']);
  });
});

describe('a cookie session with revocations over HTTP', () => {
  it.each(['invalidate', 'regenerate'] as const)('invalidates copies of its cookie after %s', async (end) => {
    const { openBrowser } = await openRevocableSite();
    const browser = openBrowser();
    await browser.visit((session) => session.set('name', 'Ada'));
    const thief = browser.copy();
    expect(await thief.read('name')).toBe('Ada');
    await browser.visit((session) => session[end]());
    expect(await thief.read('name')).toBeUndefined();
    expect(await browser.read('name')).toBe(end === 'regenerate' ? 'Ada' : undefined);
  });

  it.each(['set', 'regenerate'] as const)(
    'stays logged out if the logout happens during a slow request that calls %s',
    async (change) => {
      const { openBrowser, events } = await openRevocableSite();
      const browser = openBrowser();
      await browser.visit((session) => session.set('name', 'Ada'));
      const slow = browser.copy();
      const [started, loggedOut] = [gate(), gate()];
      const slowVisit = slow.visit(async (session) => {
        if (change === 'set') session.set('n', 2);
        else session.regenerate();
        started.resolve();
        await loggedOut.promise;
      });
      await started.promise;
      await browser.visit((session) => session.invalidate());
      loggedOut.resolve();
      expect((await slowVisit).setCookies).toEqual([]);
      expect(events.at(-1)).toMatchObject({ outcome: 'ended-during-request' });
      expect(await slow.read('name')).toBeUndefined();
    },
  );

  it('logs out everywhere else and stays logged in here, even if this request regenerates', async () => {
    const { openBrowser, store } = await openRevocableSite();
    const [here, there] = [openBrowser(), openBrowser()];
    for (const browser of [here, there]) {
      await browser.visit((session) => {
        session.set('name', 'Ada');
        session.setSubject('7');
      });
    }
    await here.visit(async (session) => {
      await store.destroyAll('7', { except: session.id });
      session.regenerate();
    });
    expect([await here.read('name'), await there.read('name')]).toEqual(['Ada', undefined]);
    await there.visit((session) => {
      session.set('name', 'Ada');
      session.setSubject('7');
    });
    expect([await here.read('name'), await there.read('name')]).toEqual(['Ada', 'Ada']);
    await store.destroyAll('7');
    expect([await here.read('name'), await there.read('name')]).toEqual([undefined, undefined]);
  });

  it('ends a slow login if a logout everywhere happens during it, unless the login is sealed afterwards', async () => {
    const { openBrowser, store } = await openRevocableSite();
    const browser = openBrowser();
    await browser.visit((session) => {
      session.set('name', 'Ada');
      session.setSubject('7');
    });
    await store.destroyAll('7');
    expect(await browser.read('name')).toBeUndefined();
    await browser.visit(async (session) => {
      session.set('name', 'Ada');
      session.setSubject('7');
      await store.destroyAll('7');
    });
    expect(await browser.read('name')).toBe('Ada');
  });

  it('keeps its old cookie valid if regenerate is refused because the new one would be too large', async () => {
    const { openBrowser } = await openRevocableSite();
    const outcomes: string[] = [];
    for (let length = 2450; length < 2800; length += 5) {
      const browser = openBrowser();
      await browser.visit((session) => session.set('n', 1));
      const before = new Map(browser.cookies);
      const moved = browser.visit((session) => {
        session.set('name', 'x'.repeat(length));
        session.regenerate();
      });
      const outcome = await moved.then(
        () => 'moved',
        (error) => error.code,
      );
      outcomes.push(outcome);
      if (outcome === 'moved') expect(await browser.read('name')).toHaveLength(length);
      else expect([outcome, await openBrowser(before).read('n')]).toEqual(['TOO_LARGE', 1]);
    }
    expect(new Set(outcomes)).toEqual(new Set(['moved', 'TOO_LARGE']));
  });

  it('sets no cookie and saves nothing for slow requests that arrive with its old id within a minute', async () => {
    const { openBrowser, events, advance } = await openRevocableSite();
    const browser = openBrowser();
    await browser.visit((session) => session.set('n', 1));
    const slow = browser.copy();
    await browser.visit((session) => {
      session.set('name', 'Ada');
      session.setSubject('7');
    });
    advance(59.999);
    for (const change of ['nothing', 'set', 'regenerate'] as const) {
      const { setCookies } = await slow.visit((session) => {
        if (change === 'set') session.set('n', 2);
        else if (change === 'regenerate') session.regenerate();
      });
      expect([setCookies, events.at(-1)]).toMatchObject([[], { outcome: 'moved', cookie: 'skipped' }]);
    }
    advance(0.001);
    await slow.visit();
    expect(events.at(-1)).toMatchObject({ outcome: 'none', reason: 'unknown-session' });
    expect([await browser.read('name'), await browser.read('n')]).toEqual(['Ada', 1]);
  });

  it('is signed out when a slow request with its old id signs out', async () => {
    const { openBrowser } = await openRevocableSite();
    const browser = openBrowser();
    await browser.visit((session) => session.set('n', 1));
    const slow = browser.copy();
    await browser.visit((session) => session.setSubject('7'));
    await slow.visit((session) => session.invalidate());
    expect(await browser.read('n')).toBeUndefined();
  });

  it('responds with 503 while the ledger is down, and works again when it is back', async () => {
    const { openBrowser, takeDown, bringBack } = await openRevocableSite();
    const browser = openBrowser();
    await browser.visit((session) => session.set('name', 'Ada'));
    takeDown();
    expect(await browser.visit()).toEqual({ status: 503, setCookies: [] });
    bringBack();
    expect(await browser.read('name')).toBe('Ada');
  });
});
