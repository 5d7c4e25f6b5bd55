import assert from 'node:assert/strict';
import { page } from '../acts.ts';
import type { Answer } from '../client.ts';
import type { Row } from '../row.ts';
import type { Stage, StageOptions } from '../stage.ts';
import { forBothVisitors } from '../visitors.ts';

/** An error page may have an `ETag`, but not that of the abandoned page. */
function assertNothingOfThePage({ headers, body }: Answer): void {
  const left = Object.entries(page.headers).filter(([name, value]) => headers[name.toLowerCase()] === value);
  assert.deepEqual(left, [], 'Headers of the abandoned page');
  assert.ok(!body.includes(page.text) && !body.includes('one '), 'The body of the abandoned page');
}

/** A response that cannot be sent, because its session cannot be written. */
function failsToSave(name: string, path: string, more: StageOptions = {}): Row[] {
  return forBothVisitors({ name, ...more }, async (stage, browser) => {
    const before = stage.records();
    stage.breaks('down', 'writes');
    const answer = await browser.visit(path);
    assertUnavailable(stage, answer, path);
    assert.ok(!answer.cookies.includes('session'), 'No session cookie');
    assert.equal(answer.headers.location, undefined);
    stage.breaks('none');
    assert.deepEqual(stage.records(), before);
    const again = await browser.visit('/keys/again');
    assert.equal(again.status, 200, 'The server continues');
  });
}

function assertUnavailable(stage: Stage, answer: Answer, path?: string): void {
  if (path === '/raw' && stage.lacks('error handlers of raw responses')) assert.equal(answer.status, 503);
  else stage.assertHandled(answer, 503);
  assert.equal(answer.isWhole, true);
  assertNothingOfThePage(answer);
}

function failsToLoad(name: string, more: StageOptions = {}): Row {
  return {
    name,
    ...more,
    async run(stage) {
      const browser = await stage.signedIn();
      const before = stage.records();
      stage.breaks('down');
      for (const path of ['/me', '/untouched', '/page', '/nowhere']) {
        const answer = await browser.visit(path);
        assertUnavailable(stage, answer);
        assert.deepEqual(answer.cookies, []);
      }
      // Visitors without a session are unaffected.
      assert.equal((await stage.browser().visit('/untouched')).status, 200);
      stage.breaks('none');
      assert.deepEqual(stage.records(), before);
      assert.equal(JSON.parse((await browser.visit('/me')).body).subject, 'ada');
    },
  };
}

const noHandler: StageOptions = { variant: { handlesErrors: false } };

export const storeDown: Row[] = [
  failsToLoad('store down while loading: 503'),
  ...failsToSave('store down while saving a page: 503', '/page'),
  ...failsToSave('store down while saving a stream: 503', '/stream'),
  ...failsToSave('store down while saving a 204: 503', '/empty'),
  ...failsToSave('store down while saving a raw response: 503', '/raw'),
];

export const streamIsClosed = forBothVisitors(
  { name: 'store down while saving: the abandoned stream is closed' },
  async (stage, browser) => {
    stage.breaks('down', 'writes');
    assertUnavailable(stage, await browser.visit('/stream'));
    await stage.gates.closed.reached();
  },
);

export const ownCookiesGo = forBothVisitors(
  { name: 'store down while saving: the cookies of the abandoned page are gone' },
  async (stage, browser) => {
    stage.breaks('down', 'writes');
    const { status, cookies } = await browser.visit('/page');
    assert.deepEqual([status, cookies], [503, []]);
  },
);

export const storeSilent: Row[] = [
  {
    name: 'store hanging while loading: 503',
    options: { timeout: 0.05 },
    async run(stage) {
      const browser = stage.browser();
      browser.cookies.set('session', 'a'.repeat(43));
      stage.breaks('silent');
      const answer = await browser.visit('/me');
      assertUnavailable(stage, answer);
      assert.deepEqual([answer.cookies, stage.calls], [[], ['read']]);
    },
  },
  {
    name: 'store hanging while saving: 503',
    options: { timeout: 0.05 },
    async run(stage) {
      const browser = stage.browser();
      stage.breaks('silent', 'writes');
      for (const path of ['/page', '/stream', '/empty', '/raw']) {
        const answer = await browser.visit(path);
        assertUnavailable(stage, answer, path);
        assert.ok(!answer.cookies.includes('session'));
      }
    },
  },
];

export const storeDownByDefault: Row[] = [
  failsToLoad('store down while loading, without an error handler: 503', noHandler),
  ...failsToSave('store down while saving a page, without an error handler: 503', '/page', noHandler),
  ...failsToSave('store down while saving a stream, without an error handler: 503', '/stream', noHandler),
  ...failsToSave('store down while saving a 204, without an error handler: 503', '/empty', noHandler),
  ...failsToSave('store down while saving a raw response, without an error handler: 503', '/raw', noHandler),
];

export const tooLarge = [
  { what: 'too large for its cookie', cookie: {} },
  { what: 'too large for all its cookies together', cookie: { chunks: 8, maxHeaderSize: 4096 } },
].flatMap(({ what, cookie }) =>
  forBothVisitors(
    {
      name: `${what}: the error handler responds, the session stays as it was, and signing out works`,
      store: 'cookie',
      options: { cookie },
    },
    async (stage, browser, isNew) => {
      const before = browser.session();
      const answer = await browser.visit('/big');
      stage.assertHandled(answer, 500);
      assertNothingOfThePage(answer);
      assert.equal(answer.headers.location, undefined);
      assert.ok(!answer.cookies.includes('session'), 'No session cookie');
      assert.equal(browser.session(), before);
      const me = JSON.parse((await browser.visit('/me')).body);
      assert.deepEqual(me, {
        subject: isNew ? null : 'ada',
        notice: null,
        keys: isNew ? [] : ['name'],
      });
      if (isNew) return;
      await browser.visit('/sign-out', { method: 'POST' });
      assert.equal(JSON.parse((await browser.visit('/me')).body).subject, null);
    },
  ),
);
