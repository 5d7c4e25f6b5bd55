import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSessionId } from '@store/core';
import { startSession } from '@store/core/memory';
import { type SessionCookieOptions, sessionHandler } from '@store/session/node';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from './test/browser.ts';
import { browserArgs, type HttpsSites, serveHttpsSites } from './test/https-sites.ts';

let browser: Browser;
let sites: HttpsSites;
let context: BrowserContext;
let page: Page;
let shop: Awaited<ReturnType<typeof openShop>>;

beforeAll(async () => {
  [browser, sites] = await Promise.all([launchBrowser(browserArgs), serveHttpsSites()]);
});
afterAll(async () => {
  await browser.close();
  await sites.close();
});
beforeEach(async () => {
  shop = await openShop();
  context = await browser.newContext({ ignoreHTTPSErrors: true });
  page = await context.newPage();
});
afterEach(() => context.close());

/** A store, and applications that use it and return the name of the signed-in user. */
async function openShop() {
  // The clock advances on every call, so that one of two sessions is always newer.
  let now = Date.now();
  const store = await startSession({ cache: false, now: () => now++ });
  const application = (cookie: SessionCookieOptions, isReady = async (_: ServerResponse) => {}) =>
    sessionHandler<{ name: string }>(
      async (request, response, session) => {
        await isReady(response);
        const { pathname, searchParams } = new URL(request.url as string, 'https://shop.test');
        const name = searchParams.get('sign-in');
        if (name) session.set('name', name);
        if (pathname.endsWith('/sign-out')) session.invalidate();
        response.setHeader('Content-Type', 'text/plain');
        response.end(session.get('name') ?? 'nobody');
      },
      { store, cookie, gcProbability: 0 },
    );
  return {
    store,
    application,
    deploy: (cookie: SessionCookieOptions, host = 'shop.test') => sites.deploy(host, application(cookie)),
    /** Stores a session of another user. @returns its cookie's value */
    async storeSession(name: string) {
      const id = createSessionId();
      await store.save(id, { name }, {});
      return id;
    },
  };
}

/**
 * Two first visits at the same time, while one deployment replaces another. Each instance starts a session before it has received
 * the cookie set by the other; the session started by `last` is newer.
 */
async function visitDuringRollout(first: SessionCookieOptions, last: SessionCookieOptions, path = '/') {
  const [bothCame, firstSent] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const older = shop.application(first, async (response) => {
    await bothCame.promise;
    response.on('finish', firstSent.resolve);
  });
  const newer = shop.application(last, async () => {
    bothCame.resolve();
    await firstSent.promise;
  });
  sites.deploy('shop.test', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.includes('sign-in=first')) older(request as never, response as never);
    else if (request.url?.includes('sign-in=last')) newer(request as never, response as never);
    else response.end('nothing is set here');
  });
  await page.goto(sites.origin('shop.test') + path);
  await page.evaluate(() => Promise.all(['first', 'last'].map((name) => fetch(`?sign-in=${name}`))));
}

/** A sibling site that sets cookies for the whole domain in its visitors' browsers. */
async function plant(...setCookies: string[]) {
  sites.deploy(
    'evil.shop.test',
    (_, response) => void response.writeHead(200, { 'Set-Cookie': setCookies }).end('planted'),
  );
  await page.goto(sites.origin('evil.shop.test'));
}

/** The text of the page at a path, the cookies that were sent for it, and those that were set. */
async function visit(path: string, host = 'shop.test') {
  sites.takeVisits();
  await page.goto(sites.origin(host) + path);
  const [{ cookies, setCookies } = { cookies: [], setCookies: [] }] = sites.takeVisits();
  return { says: await page.textContent('body'), cookies, setCookies };
}

/** The values of the browser's cookies with the given name, whatever their path or partition. */
async function kept(name: string) {
  return (await context.cookies()).filter((cookie) => cookie.name === name).map(({ value }) => value);
}

const partitioned = { partitioned: true, sameSite: 'none' } as const;

describe('several cookies of the session', () => {
  it.each([
    ['plain', partitioned, {}],
    ['partitioned', {}, partitioned],
  ])(
    'under __Host- resolve to the newest one (%s), which is the only one from then on',
    async (_, first, last) => {
      await visitDuringRollout(first, last);
      expect(await kept('__Host-session')).toHaveLength(2);
      shop.deploy(partitioned);
      const both = await visit('/');
      expect([both.says, both.cookies.length]).toEqual(['last', 2]);
      const next = await visit('/');
      expect([next.says, next.cookies.length]).toEqual(['last', 1]);
      expect(await context.cookies()).toMatchObject([
        { name: '__Host-session', partitionKey: 'https://shop.test' },
      ]);
    },
  );

  it.each([
    ['a domain', '/', {}, { domain: 'shop.test' }],
    ['no domain', '/', { domain: 'shop.test' }, {}],
    ['another path', '/app/cart', { path: '/app' }, { path: '/' }],
    ['a narrower path', '/app/cart', { path: '/' }, { path: '/app' }],
  ])(
    'resolve to no session while two exist after a change to %s, and afterwards to the one with the configured attributes',
    async (_, path, from, to) => {
      const [before, after] = [
        { name: 'sid', ...from },
        { name: 'sid', ...to },
      ];
      for (const [first, last, configured] of [
        [before, after, 'last'],
        [after, before, 'first'],
      ] as const) {
        await context.clearCookies();
        await visitDuringRollout(first, last, path);
        shop.deploy(after);
        const both = await visit(path);
        expect([both.says, both.cookies.length]).toEqual(['nobody', 2]);
        expect(both.setCookies.length).toBeLessThanOrEqual(24);
        const next = await visit(path);
        expect([next.says, next.cookies.length, next.setCookies]).toEqual([configured, 1, []]);
      }
    },
  );

  it.each([
    ['__Host-', {}, partitioned],
    ['another name', { name: 'sid' }, { name: 'sid', domain: 'shop.test' }],
  ])('are all ended and cleared by a logout, under %s', async (_, first, last) => {
    await visitDuringRollout(first, last);
    expect(await shop.store.count()).toBe(2);
    shop.deploy(last);
    expect((await visit('/sign-out')).says).toBe('nobody');
    expect(await shop.store.count()).toBe(0);
    expect(await context.cookies()).toEqual([]);
  });
});

describe('a cookie that a sibling site has planted', () => {
  const options = { name: 'sid' };
  beforeEach(async () => {
    shop.deploy(options);
    await visit('/?sign-in=Ada');
  });

  it('changes nothing when it names no session', async () => {
    await plant(
      `sid=${createSessionId()}; Domain=shop.test; Path=/`,
      'sid=junk; Domain=shop.test; Path=/account',
    );
    const { says, cookies, setCookies } = await visit('/account');
    expect([says, cookies.length, setCookies]).toEqual(['Ada', 3, []]);
  });

  it.each([
    ['/', '/'],
    ['/account', '/account'],
    ['/account/', '/account/orders'],
    ['/account/orders/2026', '/account/orders/2026/11'],
  ])(
    'for %s does not sign a visitor in as the attacker, and is cleared by the next request',
    async (planted, path) => {
      await plant(`sid=${await shop.storeSession('Mallory')}; Domain=shop.test; Path=${planted}`);
      const both = await visit(path);
      expect([both.says, both.cookies.length]).toEqual(['nobody', 2]);
      const next = await visit(path);
      expect([next.says, next.cookies.length]).toEqual(['Ada', 1]);
    },
  );

  it('is replaced by a login', async () => {
    await plant(`sid=${await shop.storeSession('Mallory')}; Domain=shop.test; Path=/account`);
    expect((await visit('/account?sign-in=Grace')).says).toBe('Grace');
    const { says, cookies } = await visit('/account');
    expect([says, cookies.length]).toEqual(['Grace', 1]);
  });

  it.each([
    ['/account/orders/2026/11', '/account/orders/2026/11/details'],
    ['/account', '/account/orders;v=2/details'],
  ])('for %s does not lock a visitor out of %s on a subdomain for long', async (planted, path) => {
    shop.deploy(options, 'www.shop.test');
    await visit('/?sign-in=Ada', 'www.shop.test');
    await plant(`sid=${await shop.storeSession('Mallory')}; Domain=shop.test; Path=${planted}`);
    const said = new Set<string | null>();
    // Such a page may have more variants than one response can clear.
    for (let n = 0; n < 30 && !said.has('Ada'); n++) said.add((await visit(path, 'www.shop.test')).says);
    expect(said).toEqual(new Set(['nobody', 'Ada']));
  });

  it('does not lock a visitor out, even together with many others', async () => {
    const paths = ['/', '/a', '/a/', '/a/b', '/a/b/', '/a/b/c'];
    await plant(...paths.map((path) => `sid=${createSessionId()}; Domain=shop.test; Path=${path}`));
    expect((await visit('/a/b/c')).cookies).toHaveLength(7);
    expect((await visit('/a/b/c')).says).toBe('Ada');
  });

  it('is rejected by the browser under __Host-', async () => {
    shop.deploy({}, 'www.shop.test');
    await visit('/?sign-in=Ada', 'www.shop.test');
    const id = await shop.storeSession('Mallory');
    await context.clearCookies({ name: 'sid' });
    for (const name of ['__Host-session', '__HOST-SESSION', '=__Host-session', '\t__Host-session'])
      await plant(`${name}=${id}; Domain=shop.test; Path=/; Secure`);
    const { says, cookies } = await visit('/', 'www.shop.test');
    expect([says, cookies.length]).toEqual(['Ada', 1]);
  });

  it('KNOWN LIMIT: passes for the visitor’s cookie when it arrives alone, under any name but __Host-', async () => {
    await context.clearCookies();
    await plant(`sid=${await shop.storeSession('Mallory')}; Domain=shop.test; Path=/`);
    expect((await visit('/')).says).toBe('Mallory');
  });
});

describe('an embedded site with a partitioned cookie', () => {
  it('has a separate session on each site that embeds it', async () => {
    shop.deploy(partitioned, 'widget.test');
    const embed = async (host: string, path: string) => {
      const frame = `<!doctype html><iframe src="${sites.origin('widget.test')}${path}"></iframe>`;
      sites.deploy(
        host,
        (_, response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end(frame),
      );
      await page.goto(sites.origin(host));
      return page.frames()[1]?.textContent('body');
    };
    expect(await embed('news.test', '/?sign-in=Ada')).toBe('Ada');
    expect(await embed('blog.test', '/')).toBe('nobody');
    expect(await embed('blog.test', '/?sign-in=Grace')).toBe('Grace');
    expect(await embed('news.test', '/')).toBe('Ada');
    expect(await embed('news.test', '/sign-out')).toBe('nobody');
    expect(await embed('news.test', '/')).toBe('nobody');
    expect(await embed('blog.test', '/')).toBe('Grace');
    expect((await visit('/', 'widget.test')).says).toBe('nobody');
  });
});
