import type { SessionStore } from '@store/core';
import { describe, expect, it } from 'vitest';
import { createPlainCookieStore, createVersionedStore } from '../../test/memory-store.ts';
import { openSite } from '../../test/site.ts';

const brand = Symbol.for('@store/core.store');

function openCookieSite(options: Parameters<typeof openSite>[0] = {}) {
  const clock = { now: 1_750_000_000_000 };
  const { store, revoked } = createPlainCookieStore({ now: () => clock.now, idleTimeout: 1000 });
  const site = openSite({ ...options, store });
  const value = () => [...site.cookies.values()].join();
  /** Replaces the value of the browser's cookie. */
  const hold = (other: string) => site.cookies.set('__Host-session', other);
  return { ...site, store, revoked, clock, value, hold };
}

describe('a session that lives in the cookie', () => {
  it('has the same methods, and their changes are kept', async () => {
    const site = openCookieSite();
    await site.visit((session) => {
      session.set('name', 'Ada');
      session.flash('notice', 'hello');
      session.setSubject('7');
    });
    await site.visit((session) => {
      expect([session.get('name'), session.getFlash('notice'), session.subject]).toEqual([
        'Ada',
        'hello',
        '7',
      ]);
      session.update('n', (n = 0) => n + 1);
    });
    const { setCookies } = await site.visit((session) => {
      expect([session.get('n'), session.hasFlash('notice'), session.subject]).toEqual([1, false, '7']);
    });
    expect(setCookies).toEqual([]);
  });

  it('knows its real id, which stays the same until it regenerates', async () => {
    const site = openCookieSite();
    const ids: string[] = [];
    await site.visit((session) => session.set('n', 1));
    await site.visit((session) => ids.push(session.id));
    await site.visit((session) => {
      ids.push(session.id);
      session.regenerate();
    });
    await site.visit((session) => ids.push(session.id));
    expect(ids[0]).toMatch(/^[\w-]{43}$/);
    expect([ids[1], site.revoked.has(ids[0] ?? '')]).toEqual([ids[0], true]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('is sealed again when it is due for a touch', async () => {
    const site = openCookieSite();
    await site.visit((session) => session.set('n', 1));
    site.clock.now += 99_999;
    expect((await site.visit()).setCookies).toEqual([]);
    site.clock.now += 1;
    expect((await site.visit()).setCookies[0]).toMatch(/Max-Age=1000;/);
    site.clock.now += 999_000;
    await site.visit((session) => expect(session.get('n')).toBe(1));
  });

  it('is revoked by invalidate, so a copy of the cookie is worthless', async () => {
    const site = openCookieSite();
    await site.visit((session) => session.set('n', 1));
    const copy = `__Host-session=${site.value()}`;
    await site.visit((session) => session.invalidate());
    expect(site.cookies.size).toBe(0);
    await site.visit((session) => expect(session.isNew).toBe(true), { cookie: copy });
  });

  for (const change of ['set', 'regenerate'] as const) {
    it(`stays ended when it is revoked during a request that calls ${change}`, async () => {
      const site = openCookieSite();
      await site.visit((session) => session.set('n', 1));
      const { setCookies } = await site.visit(async (session) => {
        const { id } = session;
        if (change === 'set') session.set('n', 2);
        else session.regenerate();
        await site.store.destroy(id);
      });
      expect([setCookies, site.events.at(-1)]).toMatchObject([[], { outcome: 'ended-during-request' }]);
    });
  }

  it('gets no cookie from a late request with its old id, for a minute', async () => {
    const site = openCookieSite();
    await site.visit((session) => session.set('n', 1));
    const old = site.value();
    await site.visit((session) => session.setSubject('7'));
    const current = site.value();
    site.hold(old);
    for (const change of ['nothing', 'set', 'flash', 'regenerate'] as const) {
      const { setCookies } = await site.visit((session) => {
        expect([session.isNew, session.get('n')]).toEqual([true, undefined]);
        if (change === 'set') session.set('n', 2);
        else if (change === 'flash') session.flash('notice', 'x');
        else if (change === 'regenerate') session.regenerate();
      });
      expect(setCookies).toEqual([]);
      expect(site.events.at(-1)).toMatchObject({ outcome: 'moved', cookie: 'skipped', reason: 'moved' });
    }
    site.hold(current);
    await site.visit((session) => expect([session.subject, session.get('n')]).toEqual(['7', 1]));
    site.hold(old);
    site.clock.now += 60_000;
    const { setCookies } = await site.visit((session) => session.set('n', 2));
    expect([setCookies.length, site.events.at(-1)]).toMatchObject([1, { outcome: 'created' }]);
  });

  it('is left alone by a login with its old id, and ended by invalidate', async () => {
    const site = openCookieSite();
    await site.visit((session) => session.set('n', 1));
    const old = site.value();
    await site.visit((session) => session.setSubject('7'));
    const current = site.value();
    site.hold(old);
    await site.visit((session) => session.setSubject('8'));
    await site.visit((session) => expect([session.subject, session.get('n')]).toEqual(['8', undefined]));
    site.hold(current);
    await site.visit((session) => expect([session.subject, session.get('n')]).toEqual(['7', 1]));
    site.hold(old);
    await site.visit((session) => session.invalidate());
    site.hold(current);
    await site.visit((session) => expect(session.isNew).toBe(true));
  });

  it('is rejected when its Set-Cookie is larger than browsers keep, with sizes and key names only', async () => {
    const site = openCookieSite();
    await site.visit((session) => session.set('n', 1));
    const before = site.value();
    const secret = 'do-not-print'.repeat(400);
    const visit = site.visit((session) => {
      session.set('name', secret);
      session.regenerate();
    });
    const error = await visit.then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: 'TOO_LARGE', status: 500 });
    expect(error?.message).toMatch(
      /is \d{4} bytes with its attributes; browsers keep 4096\. .*Largest: data\.name \(4802/,
    );
    expect(error?.message).not.toContain('do-not-print');
    expect(site.value()).toBe(before);
    await site.visit((session) => expect(session.get('n')).toBe(1));
  });

  it('fits up to 4096 bytes, attributes included', async () => {
    const sizes: number[] = [];
    for (let length = 2700; length < 2900; length++) {
      const site = openCookieSite();
      const visit = site.visit((session) => session.set('name', 'x'.repeat(length)));
      const size = await visit.then(
        ({ setCookies }) => setCookies[0]?.length ?? 0,
        () => Number.POSITIVE_INFINITY,
      );
      sizes.push(size);
    }
    const accepted = sizes.filter(Number.isFinite);
    expect(Math.max(...accepted)).toBeGreaterThan(4092);
    expect(Math.max(...accepted)).toBeLessThanOrEqual(4096);
    expect(accepted.length).toBeLessThan(sizes.length);
  });

  it.each([
    ['never calls accept', (_accept: (value: string) => void) => {}],
    ['calls accept with another value', (accept: (value: string) => void) => accept('x'.repeat(100))],
  ])('gets its cookie, of a size that browsers keep, from a wrapper that %s', async (_, call) => {
    const { store } = createPlainCookieStore();
    const cookieValue: SessionStore['cookieValue'] = async (id, data, flash, { accept, ...options } = {}) => {
      const value = await store.cookieValue(id, data, flash, options);
      if (accept) call(accept);
      return value;
    };
    const { direct: _direct, ...brandOfWrapper } = Reflect.get(store, brand);
    const site = openSite({
      store: Object.create(store, {
        cookieValue: { value: cookieValue },
        [brand]: { value: brandOfWrapper },
      }),
    });
    await site.visit((session) => session.set('n', 1));
    const { setCookies } = await site.visit((session) => session.set('n', 2));
    expect(setCookies).toHaveLength(1);
    await site.visit((session) => expect(session.get('n')).toBe(2));
    const visit = site.visit((session) => session.set('name', 'x'.repeat(4096)));
    await expect(visit).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await site.visit((session) => expect(session.get('n')).toBe(2));
  });

  it('is resealed by the next request when the store requests it', async () => {
    let renew = false;
    const { store } = createVersionedStore({ onLoad: () => ({ renew }) });
    const site = openSite({ store });
    await site.visit((session) => session.set('n', 1));
    expect((await site.visit()).setCookies).toEqual([]);
    renew = true;
    const { setCookies } = await site.visit((session) => expect(session.get('n')).toBe(1));
    expect([setCookies.length, site.events.at(-1)?.outcome]).toEqual([1, 'touched']);
  });

  it('is passed back to the store with its version, and without one when it starts over', async () => {
    const { store, sealed } = createVersionedStore({ onLoad: () => ({ version: 1 }) });
    const site = openSite({ store });
    await site.visit((session) => session.set('n', 1));
    await site.visit((session) => session.set('n', 2));
    await site.visit((session) => {
      session.regenerate();
    });
    await site.visit((session) => session.setSubject('7'));
    expect(sealed).toEqual([{}, { version: 1 }, { version: 1 }, {}]);
  });

  it('keeps fields that only a later version recognizes, even under a new id or after a login, but not for another user', async () => {
    const unknownFields = { theme: 'dark' };
    const { store, sealed } = createVersionedStore({ onLoad: () => ({ unknownFields }) });
    const site = openSite({ store });
    await site.visit((session) => session.set('n', 1));
    await site.visit((session) => session.set('n', 2));
    await site.visit((session) => session.regenerate());
    await site.visit((session) => session.setSubject('7'));
    await site.visit((session) => session.setSubject('8'));
    await site.visit((session) => {
      session.invalidate();
      session.set('n', 3);
    });
    expect(sealed).toEqual([{}, { unknownFields }, { unknownFields }, { unknownFields }, {}, {}]);
  });

  it('starts over when it gets a subject', async () => {
    const site = openCookieSite();
    await site.visit((session) => session.set('n', 1));
    const first = await site.store.load(site.value());
    site.clock.now += 5000;
    await site.visit((session) => session.setSubject('7'));
    const second = await site.store.load(site.value());
    expect(second).toMatchObject({ subject: '7', data: { n: 1 }, createdAt: (first.createdAt ?? 0) + 5000 });
    expect(second.id).not.toBe(first.id);
  });
});
