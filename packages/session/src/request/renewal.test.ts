import { describe, expect, it } from 'vitest';
import { createVersionedStore } from '../../test/memory-store.ts';
import { openSite } from '../../test/site.ts';
import { factsOf } from './facts.ts';
import { isNavigation } from './renewal.ts';

const navigation = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

const renews = (headers: Record<string, string>, method = 'GET') =>
  isNavigation(factsOf(new Request('https://shop.example', { headers, method })));

describe('a sealed cookie that is due', () => {
  it('is renewed only by a request that cannot put back a login that has ended', async () => {
    const clock = { now: 1_750_000_000_000 };
    const { store } = createVersionedStore(
      { onLoad: () => ({}) },
      { now: () => clock.now, idleTimeout: 1000 },
    );
    const site = openSite({ store });
    await site.visit((session) => session.set('n', 1));
    clock.now += 200_000;
    const background = await site.visit((session) => session.get('n'), { 'Sec-Fetch-Mode': 'cors' });
    expect(background.setCookies).toEqual([]);
    expect(site.events.at(-1)).toMatchObject({ outcome: 'unchanged', reason: 'not-a-navigation' });
    expect((await site.visit((session) => session.get('n'), navigation)).setCookies).toHaveLength(1);
  });

  it('counts pages as such, and neither frames nor prefetching nor scripts', () => {
    const page = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(renews(page)).toBe(true);
    expect(renews({ ...page, 'sec-purpose': 'prefetch;prerender' })).toBe(false);
    expect(renews({ ...page, 'sec-fetch-dest': 'iframe' })).toBe(false);
    expect(renews({ 'sec-fetch-mode': 'cors', accept: 'text/html' })).toBe(false);
  });

  it('goes by other headers where browsers send no Sec-Fetch, as over plain http', () => {
    expect(renews({ 'upgrade-insecure-requests': '1' })).toBe(true);
    expect(renews({ accept: 'text/html,application/xhtml+xml' })).toBe(true);
    expect(renews({ accept: 'text/html' }, 'POST')).toBe(false);
    expect(renews({ accept: '*/*' })).toBe(false);
    expect(isNavigation(factsOf('session=x'))).toBe(false);
  });
});
