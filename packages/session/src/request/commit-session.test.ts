import { createSessionId } from '@store/core';
import { describe, expect, it } from 'vitest';
import { createPlainCookieStore } from '../../test/memory-store.ts';
import { openSite } from '../../test/site.ts';

describe('handling a request', () => {
  it('makes no store calls if the visitor has no cookie and the handler writes nothing', async () => {
    const site = openSite();
    const { calls, setCookies } = await site.visit((session) => {
      session.get('name');
      session.delete('name');
      session.regenerate();
    });
    expect([calls, setCookies]).toEqual([[], []]);
    expect(site.events).toMatchObject([
      { type: 'request', outcome: 'none', cookie: 'skipped', reason: 'no-cookie', store: 'memory' },
    ]);
  });

  it('never adopts an unknown id', async () => {
    const site = openSite();
    const planted = createSessionId();
    const cookie = `__Host-session=${planted}`;
    const read = await site.visit((session) => session.get('name'), { cookie });
    expect([read.setCookies, site.events.at(-1)]).toMatchObject([
      [],
      { outcome: 'none', reason: 'unknown-session' },
    ]);
    const written = await site.visit(
      (session) => {
        expect(session.id).not.toBe(planted);
        session.set('name', 'Ada');
      },
      { cookie },
    );
    expect(written.setCookies[0]).toMatch(/^__Host-session=[\w-]{43};/);
    expect(written.setCookies[0]).not.toContain(planted);
    expect(await site.store.load(planted)).toMatchObject({ exists: false });
  });

  it('needs one read and one write to change a session', async () => {
    const site = openSite();
    expect((await site.visit((session) => session.set('n', 1))).calls).toEqual(['insert']);
    expect((await site.visit((session) => session.set('n', 2))).calls).toEqual(['read', 'replace']);
    expect((await site.visit((session) => session.get('n'))).calls).toEqual(['read']);
    expect((await site.visit((session) => session.set('n', 2))).calls).toEqual(['read']);
  });

  it('touches an unchanged session, and resends its cookie, only after a tenth of the idle timeout', async () => {
    const site = openSite();
    await site.visit((session) => session.set('n', 1));
    site.clock.now += 99_999;
    expect((await site.visit()).calls).toEqual(['read']);
    site.clock.now += 1;
    const due = await site.visit();
    expect(due.calls).toEqual(['read', 'touch']);
    expect(due.setCookies[0]).toMatch(/Max-Age=1000;/);
    expect(site.events.at(-1)).toMatchObject({ outcome: 'touched', cookie: 'set', reason: 'renewed' });
    site.clock.now += 800_000;
    expect((await site.visit((session) => expect(session.get('n')).toBe(1))).calls).toContain('touch');
    // In the session's last two minutes, a touch is a `replace` that compares the version. So it cannot extend the mark
    // of a moved session, which lives at most that long.
    site.clock.now += 999_000;
    expect((await site.visit((session) => expect(session.get('n')).toBe(1))).calls).toContain('replace');
  });

  it("follows touchAfter, and the session's idle timeout", async () => {
    const site = openSite({ touchAfter: 10 });
    await site.visit((session) => session.set('n', 1));
    site.clock.now += 10_000;
    expect((await site.visit()).calls).toContain('touch');

    const remembered = openSite();
    const { setCookies } = await remembered.visit((session) => {
      session.set('n', 1);
      session.setLifetime({ idleTimeout: 100_000 });
    });
    expect(setCookies[0]).toMatch(/Max-Age=100000;/);
    remembered.clock.now += 9_999_000;
    expect((await remembered.visit()).calls).toEqual(['read']);
    remembered.clock.now += 1000;
    expect((await remembered.visit()).calls).toContain('touch');
  });

  it('does not touch a session that the absolute limit ends anyway, and never lets the cookie outlive it', async () => {
    const site = openSite({ absoluteTimeout: 1500 });
    await site.visit((session) => session.set('n', 1));
    site.clock.now += 800_000;
    const touched = await site.visit();
    expect(touched.setCookies[0]).toMatch(/Max-Age=700;/);
    site.clock.now += 600_000;
    expect((await site.visit()).calls).toEqual(['read']);
    site.clock.now += 100_000;
    expect((await site.visit((session) => expect(session.isNew).toBe(true))).setCookies).toEqual([]);
  });

  it('renews the cookie even if the session is written more often than it would be touched', async () => {
    const site = openSite();
    await site.visit((session) => session.set('n', 0));
    let sent = site.clock.now;
    for (let n = 1; n <= 50; n++) {
      site.clock.now += 60_000;
      const { setCookies } = await site.visit((session) => session.set('n', n));
      if (setCookies.length > 0) sent = site.clock.now;
      expect(site.clock.now - sent).toBeLessThan(100_000);
    }
  });

  it('clears the cookie with its attributes on invalidate, and only then', async () => {
    const site = openSite({ cookie: { domain: 'shop.example', path: '/', partitioned: true } });
    const { setCookies: set } = await site.visit((session) => session.set('n', 1));
    expect(set[0]).toMatch(/^__Secure-session=/);
    const { setCookies: cleared } = await site.visit((session) => session.invalidate());
    const attributes = (value = '') =>
      value
        .split('; ')
        .filter((part) => !/^(?:__|Max-Age|Expires)/.test(part))
        .sort();
    expect(cleared[0]).toMatch(/^__Secure-session=; Max-Age=0;/);
    expect(attributes(cleared[0])).toEqual(attributes(set[0]));
    expect([site.records.size, site.events.at(-1)]).toMatchObject([
      0,
      { outcome: 'invalidated', cookie: 'cleared' },
    ]);
  });

  it.each([
    ['on the server', () => undefined],
    ['in the cookie', () => createPlainCookieStore().store],
  ])('has nothing to end on invalidate for a visitor without a cookie, %s', async (_, storeOf) => {
    const store = storeOf();
    for (const status of [200, 500]) {
      const site = openSite(store && { store });
      const { response, calls, setCookies } = await site.visit((session) => {
        session.invalidate();
        return new Response('ok', { status });
      });
      expect([response.status, calls, setCookies]).toEqual([status, [], []]);
      expect(site.events).toMatchObject([{ outcome: 'none', cookie: 'skipped', reason: 'no-cookie' }]);
    }
  });

  it('starts a new session with what is written after invalidate', async () => {
    const site = openSite();
    await site.visit((session) => session.set('n', 1));
    const [before] = site.cookies.values();
    const { response } = await site.visit((session) => {
      session.invalidate();
      session.flash('notice', 'Signed out');
    });
    expect(response.headers.getSetCookie()).toHaveLength(1);
    expect([...site.cookies.values()]).not.toContain(before);
    expect(site.records.size).toBe(1);
    await site.visit((session) => {
      expect([session.get('n'), session.getFlash('notice')]).toEqual([undefined, 'Signed out']);
    });
  });

  it('writes nothing for a 5xx, but still ends an invalidated session', async () => {
    const site = openSite();
    await site.visit((session) => session.set('n', 1));
    const failed = await site.visit((session) => {
      session.set('n', 2);
      session.regenerate();
      return new Response('broken', { status: 500 });
    });
    expect([failed.calls, failed.setCookies]).toEqual([['read'], []]);
    expect(site.events.at(-1)).toMatchObject({ outcome: 'discarded', reason: 'handler-failed' });
    await site.visit((session) => {
      session.invalidate();
      session.set('n', 3);
      return new Response('broken', { status: 503 });
    });
    expect([site.records.size, site.cookies.size]).toEqual([0, 0]);
  });

  it('writes nothing when the handler throws, and rethrows its error', async () => {
    const site = openSite();
    const visit = site.visit((session) => {
      session.set('n', 2);
      throw new RangeError('on purpose');
    });
    await expect(visit).rejects.toThrow(RangeError);
    expect(site.records.size).toBe(0);
  });

  it('can peek without renewing the session or consuming flash, and then rejects writes', async () => {
    let peek = false;
    const site = openSite({ peek: () => peek });
    await site.visit((session) => {
      session.set('n', 1);
      session.flash('notice', 'hello');
    });
    peek = true;
    site.clock.now += 500_000;
    const peeked = await site.visit((session) => {
      expect([session.get('n'), session.getFlash('notice')]).toEqual([1, 'hello']);
      expect(() => session.set('n', 2)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
      expect(() => session.invalidate()).toThrow(/read-only/);
    });
    expect([peeked.calls, peeked.setCookies]).toEqual([['read'], []]);
    expect(peeked.response.headers.get('Vary')).toBe('Cookie');
    expect(site.events.at(-1)).toMatchObject({ outcome: 'peeked', reason: 'peek' });
    peek = false;
    site.clock.now += 499_000;
    await site.visit((session) => expect(session.getFlash('notice')).toBe('hello'));
  });
});
