import { createSessionId } from '@store/core';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { createPlainCookieStore } from '../../test/memory-store.ts';
import { name, openSite, sendBytes, stores } from '../../test/visited-site.ts';

const plainName = { name: 'sid' };

describe.each(stores)('several cookies with the same name, from %s', (_, open) => {
  it('lead to the newest session under __Host-, in whatever order they arrive', async () => {
    const site = await openSite(open);
    const { port } = await serve(site.listener);
    for (const values of [
      [site.eve, site.ada],
      [site.ada, site.eve],
    ]) {
      const answer = await sendBytes(port, [values.map((value) => `${name}=${value}`).join('; ')]);
      expect(answer).toMatchObject({ status: 200, body: 'Ada' });
    }
    expect(site.errors).toEqual([]);
  });

  it('are ignored under any other name until the extra cookies have been cleared', async () => {
    const site = await openSite(open, plainName);
    const { port } = await serve(site.listener);
    const answer = await sendBytes(port, [`sid=${site.ada}; sid=${site.eve}`], '/account/orders');
    expect(answer).toMatchObject({ status: 200, body: 'nobody' });
    expect(answer.setCookies.length).toBeGreaterThan(0);
    expect(answer.setCookies.length).toBeLessThanOrEqual(24);
    const cleared = answer.setCookies.map(
      (line) => /^Set-Cookie: sid=; Max-Age=0; (?:.*; )?Path=([^;]+)/i.exec(line)?.[1],
    );
    expect(new Set(cleared)).toEqual(new Set(['/', '/account', '/account/', '/account/orders']));
    // The visitor's session is not among them, and stays alive.
    expect(answer.setCookies.filter((line) => /; Path=\/;/.test(line) && !/Partitioned/.test(line))).toEqual(
      [],
    );
    expect((await sendBytes(port, [`sid=${site.ada}`])).body).toBe('Ada');
  });

  it('lead to the only live session among dead ones, and nothing is cleared', async () => {
    const site = await openSite(open, plainName);
    const { port } = await serve(site.listener);
    const dead = [createSessionId(), 'garbage', '%00', createSessionId()].map((value) => `sid=${value}`);
    const answer = await sendBytes(port, [[...dead, `sid=${site.ada}`].join('; ')]);
    expect(answer).toEqual({ status: 200, body: 'Ada', setCookies: [] });
  });

  it.each([
    [name, 2],
    ['sid', 6],
  ])(
    'are looked up under %s only up to the number that a browser has reason to send: %i',
    async (used, most) => {
      const site = await openSite(open, { name: used });
      const { port } = await serve(site.listener);
      const flood = Array.from({ length: 50 }, createSessionId).map((value) => `${used}=${value}`);
      const answer = await sendBytes(port, [[...flood, `${used}=${site.ada}`].join('; ')]);
      expect(answer).toMatchObject({ status: 200, body: 'nobody' });
      // The extra cookies are cleared, so the next request sends only the visitor's session.
      expect(answer.setCookies.length).toBeGreaterThan(0);
      expect(site.calls.length).toBeLessThanOrEqual(most);
      expect((await sendBytes(port, [`${used}=${site.ada}`])).body).toBe('Ada');
      expect(site.errors).toEqual([]);
    },
  );
});

/** By default, nginx accepts 4 KiB of response headers from an application, and other headers need room too. */
const mostBytes = 3000;

describe('clearing several cookies with the same name', () => {
  const [, open] = stores[0];
  it.each([
    ['with a semicolon', '/a;b/c'],
    ['with a character that has to be encoded', '/a<b'],
    ['with empty segments', '//evil.example//a/'],
    ['of 6 kB', `/${'x'.repeat(6000)}`],
    ['of 6,000 segments', '/a'.repeat(6000)],
    ['of a deep page', '/account/orders/2026/11/details/of/each/item'],
  ])('fits into a response for a path %s', async (_, path) => {
    const site = await openSite(open, plainName);
    const { port } = await serve(site.listener);
    const answer = await sendBytes(port, [`sid=${site.ada}; sid=${site.eve}`], path);
    expect([answer.status, answer.body, site.errors]).toEqual([200, 'nobody', []]);
    expect(answer.setCookies.join('\r\n').length).toBeLessThanOrEqual(mostBytes);
  });

  it.each([
    ['with a trailing dot', 'shop.test.'],
    ['with an empty label', 'a..b'],
    ['with a space', 'a b.c'],
    ['with a pattern', '*.shop.test'],
    ['with a leading hyphen', '-a.b.c'],
    ['with a user', 'me@shop.test'],
    ['that is a list', 'shop.test, evil.test'],
    ['with a semicolon', 'a;b.c'],
    ['of 2,000 labels', `${'a.'.repeat(2000)}b`],
    ['with a label of 64 characters', `${'a'.repeat(64)}.shop.test`],
    ['as used by companies', 'customer-portal.eu-west.bigcompany.co.uk'],
  ])('fits into a response for a Host %s', async (_, host) => {
    const site = await openSite(open, plainName);
    const { send } = await serve(site.listener);
    const headers = { host, cookie: `sid=${site.ada}; sid=${site.eve}`, 'x-forwarded-proto': 'https' };
    const answer = await send('/account/orders/2026-11-0815/details/edit', { headers });
    expect([answer.status, answer.body, site.errors]).toEqual([200, 'nobody', []]);
    expect(answer.setCookies.join('\r\n').length).toBeLessThanOrEqual(mostBytes);
  });
});

describe('pieces of a cookie', () => {
  it('hold no session if a piece is missing, duplicated or extra, and an unsplit cookie takes precedence', async () => {
    const site = await openSite(() => ({ ...createPlainCookieStore(), calls: [], records: undefined }), {
      chunks: 4,
    });
    const { port } = await serve(site.listener);
    const { ada, eve } = site;
    const [first, second] = [ada.slice(0, 20), ada.slice(20)];
    const cases: [string, string][] = [
      [`${name}.0=2.${first}; ${name}.1=${second}`, 'Ada'],
      [`${name}.1=${second}; ${name}.0=2.${first}; ${name}.2=${eve}; ${name}.9=${eve}`, 'Ada'],
      [`${name}=${ada}; ${name}.0=2.${eve}; ${name}.9=${eve}`, 'Ada'],
      [`${name}.0=2.${first}`, 'nobody'],
      [`${name}.0=${ada}`, 'nobody'],
      [`${name}.0=1.${ada}`, 'nobody'],
      [`${name}.0=2.${first}; ${name}.1=${second}; ${name}.1=${eve}`, 'nobody'],
      [`${name}.0=2.${first}; ${name}.01=${second}; ${name}.1x=${second}`, 'nobody'],
      [`${name}.0=9.${first}; ${name}.1=${second}`, 'nobody'],
      [`${name}.0=99999999.${first}; ${name}.1=${second}`, 'nobody'],
      [`${name}.9=${ada}`, 'nobody'],
      [`${name}.-1=${ada}; ${name}.__proto__=${ada}; ${name}.=${ada}`, 'nobody'],
    ];
    for (const [cookies, who] of cases)
      expect(await sendBytes(port, [cookies]), cookies).toMatchObject({ status: 200, body: who });
    expect(site.errors).toEqual([]);
  });
});
