import { createStore, type SessionContent } from '@store/core';
import { describe, expect, it } from 'vitest';
import { openSite } from '../../test/site.ts';

/** A store with four functions, backed by a private Map. */
function createPlainStore() {
  const kept = new Map<string, SessionContent>();
  const saves: string[] = [];
  const store = createStore({
    load: (id) => kept.get(id),
    save(id, data, flash) {
      saves.push(id);
      kept.set(id, { data, flash });
    },
    destroy: (id) => void kept.delete(id),
    gc() {},
  });
  return { store, kept, saves };
}

describe('a session on the server', () => {
  it('works with a driver of four functions, and is touched on every request because the driver stores no times', async () => {
    const { store, kept, saves } = createPlainStore();
    const site = openSite({ store });
    await site.visit((session) => session.set('n', 1));
    const [first] = kept.keys();
    expect((await site.visit((session) => expect(session.get('n')).toBe(1))).setCookies).toHaveLength(1);
    expect(saves).toEqual([first, first]);
    await site.visit((session) => session.regenerate());
    expect([kept.size, kept.has(first ?? '')]).toEqual([1, false]);
    await site.visit((session) => session.invalidate());
    expect([kept.size, site.cookies.size]).toEqual([0, 0]);
  });

  it('is touched without resending a cookie that expires when the browser closes', async () => {
    const site = openSite({ cookie: { expireOnClose: true } });
    const { setCookies } = await site.visit((session) => session.set('n', 1));
    expect(setCookies[0]).not.toMatch(/Max-Age|Expires/);
    site.clock.now += 500_000;
    const touched = await site.visit();
    expect([touched.calls, touched.setCookies]).toEqual([['read', 'touch'], []]);
    site.clock.now += 500_000;
    const written = await site.visit((session) => session.set('n', 2));
    expect(written.setCookies).toEqual([]);
    expect((await site.visit((session) => session.regenerate())).setCookies).toHaveLength(1);
  });

  it('resends the cookie when its idle timeout changes', async () => {
    const site = openSite();
    await site.visit((session) => session.set('n', 1));
    const { setCookies } = await site.visit((session) => session.setLifetime({ idleTimeout: 5000 }));
    expect(setCookies[0]).toMatch(/Max-Age=5000;/);
    site.clock.now += 4_999_000;
    await site.visit((session) => expect(session.get('n')).toBe(1));
  });

  it('restarts its absolute limit when it gets a subject', async () => {
    const site = openSite({ absoluteTimeout: 1500 });
    await site.visit((session) => session.set('n', 1));
    site.clock.now += 900_000;
    const { setCookies } = await site.visit((session) => session.setSubject('7'));
    expect(setCookies[0]).toMatch(/Max-Age=1000;/);
    const regenerated = await site.visit((session) => session.regenerate());
    expect(regenerated.setCookies[0]).toMatch(/Max-Age=1000;/);
    site.clock.now += 900_000;
    expect((await site.visit((session) => session.regenerate())).setCookies[0]).toMatch(/Max-Age=600;/);
  });
});
