import { createSessionId } from '@store/core';
import { describe, expect, it } from 'vitest';
import { createPlainCookieStore, createVersionedStore } from '../../test/memory-store.ts';
import { openSite } from '../../test/site.ts';
import type { SessionCookieOptions } from '../cookie/cookie-options.ts';

const name = '__Host-session';
const ids = ['older', 'newer'].map((each) => each.padEnd(43, '-')) as [string, string];
const header = (cookieName: string) => ids.map((id) => `${cookieName}=${id}`).join('; ');

/** A site on which a browser has two live sessions. */
async function openSiteWithTwo(options: Parameters<typeof openSite>[0] = {}) {
  const site = openSite(options);
  for (const id of ids) {
    site.clock.now += 1000;
    await site.store.save(id, { name: id }, {}, { subject: id });
  }
  return site;
}

const partitions = (lines: string[]) =>
  lines.map((line) => [/^[^=]+=;/.test(line) ? 'cleared' : 'set', /; Partitioned/.test(line)]);

describe('two live sessions under a __Host- name', () => {
  it.each([false, true])('are reduced to the newer one, as configured (partitioned: %s)', async (own) => {
    const site = await openSiteWithTwo({ cookie: { partitioned: own } });
    const { setCookies } = await site.visit((session) => expect(session.get('name')).toBe(ids[1]), {
      Cookie: header(name),
    });
    expect(partitions(setCookies)).toEqual([
      ['cleared', !own],
      ['set', own],
    ]);
    expect(setCookies[1]).toContain(`${name}=${ids[1]}; Max-Age=1000;`);
    expect(site.events.at(-1)).toMatchObject({
      outcome: 'unchanged',
      cookie: 'set',
      reason: 'ambiguous-cookie',
    });
    expect((await site.store.load(ids[0])).exists).toBe(true);
  });

  it('have the older one cleared alongside a cookie that is set anyway', async () => {
    const site = await openSiteWithTwo();
    const { setCookies } = await site.visit((session) => session.regenerate(), { Cookie: header(name) });
    expect(partitions(setCookies)).toEqual([
      ['cleared', true],
      ['set', false],
    ]);
    expect(setCookies[1]).not.toContain(ids[1]);
  });

  it('keep a login that is saved before the response, and clear the other one', async () => {
    const site = await openSiteWithTwo();
    let id = '';
    const { setCookies } = await site.visit(
      async (session) => {
        session.setSubject('ada');
        id = session.id;
        expect(await session.save()).toBe(true);
      },
      { Cookie: header(name) },
    );
    expect(partitions(setCookies)).toEqual([
      ['cleared', true],
      ['set', false],
    ]);
    expect(setCookies[1]).toContain(`${name}=${id};`);
  });

  it('set nothing on a response that failed or is public', async () => {
    const site = await openSiteWithTwo();
    for (const response of [
      new Response('', { status: 500 }),
      new Response('', { headers: { 'Cache-Control': 'public' } }),
    ]) {
      const { setCookies } = await site.visit(() => response, { Cookie: header(name) });
      expect(setCookies).toEqual([]);
    }
  });

  it('are both ended by invalidate, and both cleared', async () => {
    const site = await openSiteWithTwo();
    const { setCookies } = await site.visit((session) => session.invalidate(), { Cookie: header(name) });
    expect(partitions(setCookies)).toEqual([
      ['cleared', false],
      ['cleared', true],
    ]);
    for (const id of ids) expect((await site.store.load(id)).exists).toBe(false);
  });

  it('are ended by invalidate even under a newer id, if a sealed one has moved', async () => {
    const { store } = createPlainCookieStore();
    const site = openSite({ store });
    await site.visit((session) => session.set('n', 1));
    const [old] = site.cookies.values();
    await site.visit((session) => session.setSubject('ada'));
    const [current] = site.cookies.values();
    site.cookies.clear();
    await site.visit((session) => session.invalidate(), { Cookie: `${name}=${old}; ${name}=planted` });
    expect((await store.load(current ?? '')).exists).toBe(false);
  });

  it('are looked up, but not a third one, which no browser can have', async () => {
    const site = await openSiteWithTwo();
    const dead = 'd'.repeat(43);
    const { calls } = await site.visit((session) => expect(session.get('name')).toBe(ids[0]), {
      Cookie: `${name}=${dead}; ${name}=${ids[0]}; ${name}=${ids[1]}; ${name}=${'e'.repeat(43)}`,
    });
    expect(calls.filter((call) => call === 'read')).toHaveLength(2);
  });

  it('are reduced to the newer one when both are sealed', async () => {
    const clock = { now: 1_750_000_000_000 };
    const { store } = createPlainCookieStore({ now: () => clock.now });
    const site = openSite({ store });
    const values: string[] = [];
    for (const id of ids) {
      clock.now += 1000;
      values.push(await store.cookieValue(id, { name: id }, {}));
    }
    const { setCookies } = await site.visit((session) => expect(session.get('name')).toBe(ids[1]), {
      Cookie: values.map((value) => `${name}=${value}`).join('; '),
    });
    expect(setCookies[1]).toContain(`${name}=${values[1]};`);
  });
});

describe('two seals of one session', () => {
  /** A session that was resealed after partitioning was turned on or a domain was set. */
  async function sealTwice(options: SessionCookieOptions) {
    const clock = { now: 1_750_000_000_000 };
    const { store } = createVersionedStore({ onLoad: () => ({}) }, { now: () => clock.now });
    const site = openSite({ store, cookie: options });
    const id = createSessionId();
    const seals: string[] = [];
    for (const written of ['one', 'two']) {
      const createdAt = 1_750_000_000_000;
      seals.push(await store.cookieValue(id, { name: written }, {}, { subject: 'ada', createdAt }));
      clock.now += 5000;
    }
    return { site, seals };
  }

  it.each([0, 1])('are two states of it under __Host-, and the newer one is used (%#)', async (first) => {
    const { site, seals } = await sealTwice({ partitioned: true });
    const sent = [seals[first], seals[1 - first]].map((seal) => `${name}=${seal}`).join('; ');
    const { setCookies } = await site.visit((session) => expect(session.get('name')).toBe('two'), {
      Cookie: sent,
    });
    expect(setCookies[1]).toContain(`${name}=${seals[1]};`);
  });

  it.each([0, 1])('keep their user signed in under another name too (%#)', async (first) => {
    const { site, seals } = await sealTwice({ name: 'sid' });
    const sent = [seals[first], seals[1 - first]].map((seal) => `sid=${seal}`).join('; ');
    const visit = await site.visit(
      (session) => expect([session.subject, session.get('name')]).toEqual(['ada', 'two']),
      { Cookie: sent },
    );
    expect(visit.setCookies).toEqual([]);
  });

  it('stay as they are when the newer one does not fit into the configured variant', async () => {
    const { store } = createPlainCookieStore();
    const older = await store.cookieValue(createSessionId(), {}, {}, { createdAt: 1 });
    let newer = '';
    const plain = openSite({ store });
    for (let size = 2700; newer.length < 3950; size += 1) {
      await plain.visit((session) => session.set('name', 'x'.repeat(size)));
      newer = plain.cookies.get(name) ?? '';
      if (`${name}=${newer}`.length > 3985) break;
    }
    const site = openSite({ store, cookie: { partitioned: true, sameSite: 'strict', priority: 'medium' } });
    const { response } = await site.visit((session) => expect(session.has('name')).toBe(true), {
      Cookie: `${name}=${older}; ${name}=${newer}`,
    });
    expect(response.status).toBe(200);
  });
});

describe('several live sessions under another name', () => {
  const cookie = { name: 'sid', path: '/' };

  it('are all ignored, and only the configured variant is left', async () => {
    const site = await openSiteWithTwo({ cookie });
    const { setCookies, response } = await site.visit((session) => expect(session.isNew).toBe(true), {
      Cookie: header('sid'),
    });
    expect(response.status).toBe(200);
    expect(setCookies.length).toBeGreaterThan(1);
    for (const line of setCookies) expect(line).toMatch(/^sid=; Max-Age=0;.*(?:Partitioned|Domain=)/);
    expect(site.events.at(-1)).toMatchObject({
      outcome: 'none',
      cookie: 'cleared',
      reason: 'ambiguous-cookie',
    });
    for (const id of ids) expect((await site.store.load(id)).exists).toBe(true);
  });

  it('are all ended by invalidate', async () => {
    const site = await openSiteWithTwo({ cookie });
    await site.visit((session) => session.invalidate(), { Cookie: header('sid') });
    for (const id of ids) expect((await site.store.load(id)).exists).toBe(false);
  });

  it('are replaced by a login, whose cookie comes after the cleared ones', async () => {
    const site = await openSiteWithTwo({ cookie });
    const { setCookies } = await site.visit((session) => session.setSubject('ada'), {
      Cookie: header('sid'),
    });
    expect(partitions(setCookies).map(([what]) => what)).toEqual([
      ...setCookies.slice(1).map(() => 'cleared'),
      'set',
    ]);
  });

  it('do not clear the configured variant when its domain is spelled differently', async () => {
    const site = await openSiteWithTwo({ cookie: { ...cookie, domain: '.Shop.Example' } });
    const { setCookies } = await site.visit(undefined, { Cookie: header('sid') });
    const own = setCookies.filter((line) => /Domain=\.?shop\.example; Path=\/;/i.test(line));
    expect(own.every((line) => line.includes('Partitioned'))).toBe(true);
  });

  it('do not include dead ones: if only one of six is live, it is used, and nothing is cleared', async () => {
    const site = await openSiteWithTwo({ cookie });
    const dead = Array.from({ length: 5 }, (_, index) => `sid=${`${index}`.padEnd(43, 'x')}`);
    const { setCookies } = await site.visit((session) => expect(session.get('name')).toBe(ids[0]), {
      Cookie: [...dead, `sid=${ids[0]}`].join('; '),
    });
    expect(setCookies).toEqual([]);
  });

  it('may hide among more cookies than are looked up, so the dead ones are cleared and do not lock visitors out', async () => {
    const site = await openSiteWithTwo({ cookie });
    const dead = Array.from({ length: 6 }, (_, index) => `sid=${`${index}`.padEnd(43, 'x')}`);
    const { setCookies } = await site.visit((session) => expect(session.isNew).toBe(true), {
      Cookie: [...dead, `sid=${ids[0]}`].join('; '),
    });
    expect(setCookies.length).toBeGreaterThan(1);
    expect(site.events.at(-1)).toMatchObject({ cookie: 'cleared', reason: 'ambiguous-cookie' });
    await site.visit((session) => expect(session.get('name')).toBe(ids[0]), { Cookie: `sid=${ids[0]}` });
  });
});

describe('pieces of a cookie alongside a planted unsplit one', () => {
  it('hold the session, and the planted one is cleared by the next write', async () => {
    const { store } = createPlainCookieStore();
    const site = openSite({ store, cookie: { chunks: 3, domain: 'shop.example' } });
    await site.visit((session) => session.set('name', 'x'.repeat(5000)));
    site.cookies.set('__Secure-session', 'planted');
    await site.visit((session) => {
      expect(session.get('name')).toHaveLength(5000);
      session.set('n', 1);
    });
    expect([...site.cookies.keys()]).not.toContain('__Secure-session');
    await site.visit((session) => expect([session.get('n'), session.has('name')]).toEqual([1, true]));
  });
});

describe('pieces of a cookie that are sent twice', () => {
  it('are cleared in every variant except the configured one', async () => {
    const site = openSite({
      store: createPlainCookieStore().store,
      cookie: { chunks: 3, partitioned: true },
    });
    const { setCookies } = await site.visit((session) => expect(session.isNew).toBe(true), {
      Cookie: `${name}.0=2.aa; ${name}.1=bb; ${name}.0=2.cc; ${name}.1=dd`,
    });
    expect(setCookies.map((line) => line.split('=')[0]).sort()).toEqual([name, `${name}.0`, `${name}.1`]);
    for (const line of setCookies) expect(line).not.toContain('Partitioned');
  });
});
