import assert from 'node:assert/strict';
import { namesOf, pathOf } from '../client.ts';
import type { Row } from '../row.ts';

const post = { method: 'POST' } as const;

export const neverAsks: Row = {
  name: 'a page that never uses the session: no write, no header',
  async run(stage) {
    for (const browser of [stage.browser(), await stage.signedIn()]) {
      const before = stage.records();
      const isNew = browser.session() === undefined;
      const { status, body, headers, cookies } = await browser.visit('/untouched');
      assert.deepEqual([status, body, cookies], [200, 'untouched', []]);
      assert.deepEqual([headers.vary, headers['cache-control']], [undefined, undefined]);
      assert.deepEqual([stage.calls, stage.records()], [isNew ? [] : ['read'], before]);
      stage.forget();
    }
  },
};

export const signIn: Row = {
  name: 'sign in over a redirect',
  async run(stage) {
    const browser = stage.browser();
    await browser.visit('/keys/cart');
    const anonymous = browser.session() as string;
    const { status, headers, setCookies, cookies } = await browser.visit('/sign-in/ada', post);
    assert.deepEqual([status, pathOf(headers.location), cookies], [303, '/me', ['session']]);
    assert.match(setCookies[0] as string, /^session=[\w-]{43}; .*HttpOnly/);
    assert.match(String(headers['cache-control']), /no-store/);
    assert.match(String(headers.vary), /cookie/i);
    assert.notEqual(browser.session(), anonymous, 'Signing in gives a new id');
    const { subject, data } = await stage.stored(browser);
    assert.deepEqual([subject, data], ['ada', { cart: 1, name: 'ada' }]);
    assert.equal((await stage.look(anonymous)).exists, false, 'The old id is invalid');
    const me = await browser.visit('/me');
    assert.deepEqual(JSON.parse(me.body), {
      subject: 'ada',
      notice: 'Welcome, ada',
      keys: ['cart', 'name'],
    });
    assert.match(String(me.headers['cache-control']), /private/);
  },
};

export const rememberMe: Row = {
  name: 'remember me: the cookie lasts 30 days if ticked, otherwise until the browser closes',
  options: { cookie: { expireOnClose: true } },
  async run(stage) {
    for (const [path, maxAge, idleTimeout] of [
      ['/sign-in/ada', undefined, undefined],
      ['/remember/ada', '2592000', 2_592_000],
    ] as const) {
      const browser = stage.browser();
      const { status, setCookies } = await browser.visit(path, post);
      assert.deepEqual([status, setCookies.map(maxAgeOf)], [303, [maxAge]]);
      assert.equal((await stage.stored(browser)).idleTimeout, idleTimeout);
      const again = await browser.visit('/sign-in/ada', post);
      assert.deepEqual(again.setCookies.map(maxAgeOf), [maxAge], 'The next login keeps the choice');
    }
  },
};

const maxAgeOf = (setCookie: string) => /; Max-Age=(\d+)/.exec(setCookie)?.[1];

export const signOut: Row = {
  name: 'sign out',
  async run(stage) {
    const browser = await stage.signedIn();
    const cookie = `session=${browser.session()}`;
    const { status, headers, cookies } = await browser.visit('/sign-out', post);
    assert.deepEqual([status, pathOf(headers.location), cookies], [303, '/me', ['session']]);
    assert.deepEqual([browser.session(), await stage.sessionsOf('ada')], [undefined, 0]);
    const stolen = await stage.browser().visit('/me', { headers: { cookie } });
    assert.deepEqual(
      [JSON.parse(stolen.body), stolen.cookies],
      [{ subject: null, notice: null, keys: [] }, []],
    );
  },
};

export const logOutEverywhere: Row = {
  name: 'log out everywhere',
  async run(stage) {
    const [first, second, other] = [
      await stage.signedIn('ada'),
      await stage.signedIn('ada'),
      await stage.signedIn('bob'),
    ] as const;
    const { status, body, cookies } = await first.visit('/end-all', post);
    assert.deepEqual([status, body, cookies], [200, 'ended', []]);
    assert.deepEqual([await stage.sessionsOf('ada'), await stage.sessionsOf('bob')], [0, 1]);
    for (const [browser, subject] of [
      [first, null],
      [second, null],
      [other, 'bob'],
    ] as const)
      assert.equal(JSON.parse((await browser.visit('/me')).body).subject, subject);
  },
};

export const flashOnce: Row = {
  name: 'a flash message is shown exactly once, after a redirect',
  async run(stage) {
    const browser = stage.browser();
    const notice = async (path: string, how: 'visit' | 'follow' = 'visit', ask = {}) =>
      JSON.parse((await browser[how](path, ask)).body).notice;
    await browser.visit('/sign-in/ada', post);
    assert.deepEqual((await stage.stored(browser)).flash, { notice: 'Welcome, ada' });
    // Pages that do not read the message leave it for the one that does.
    await browser.visit('/untouched');
    await browser.visit('/keys/a');
    assert.equal(await notice('/me'), 'Welcome, ada');
    assert.deepEqual((await stage.stored(browser)).flash, {});
    assert.equal(await notice('/me'), null);
    assert.equal(await notice('/sign-in/ada', 'follow', post), 'Welcome, ada');
  },
};

export const parallelKeys: Row = {
  name: '50 parallel requests that each set a key keep all 50',
  async run(stage) {
    const browser = await stage.signedIn();
    const keys = Array.from({ length: 50 }, (_, n) => `key-${n}`);
    const visits = keys.map((key) => browser.visit(`/slow/${key}`));
    await stage.gates.slow.reached(50);
    stage.gates.slow.open();
    const answers = await Promise.all(visits);
    assert.deepEqual(
      answers.map(({ status, body, cookies }) => [status, body, cookies]),
      keys.map((key) => [200, key, []]),
    );
    const { data } = await stage.stored(browser);
    assert.deepEqual(Object.keys(data).sort(), [...keys, 'name'].sort());
  },
};

export const lateRequest: Row = {
  name: 'a late request after a login sets no cookie and changes nothing',
  async run(stage) {
    const browser = stage.browser();
    await browser.visit('/keys/cart');
    const cookie = `session=${browser.session()}`;
    const late = browser.visit('/slow/late');
    await stage.gates.slow.reached();
    await browser.visit('/sign-in/ada', post);
    const before = stage.records();
    stage.gates.slow.open();
    const { status, body, cookies } = await late;
    assert.deepEqual([status, body, cookies], [200, 'late', []]);
    // A request that starts after the login, with the cookie from before it.
    const later = await stage.browser().visit('/keys/later', { headers: { cookie } });
    assert.deepEqual([later.status, later.cookies], [200, []]);
    assert.deepEqual(stage.records(), before);
    assert.deepEqual((await stage.stored(browser)).data, { cart: 1, name: 'ada' });
  },
};

export const fakeRequest: Row = {
  name: 'a request without a socket, as tests make them',
  needs: 'requests without a socket',
  async run(stage) {
    assert.ok(stage.inject, 'The framework has a way to make test requests');
    const headers = { host: '127.0.0.1' };
    const first = await stage.inject('/keys/a', headers);
    assert.deepEqual([first.status, first.body, namesOf(first.setCookies)], [200, 'a', ['session']]);
    const cookie = first.setCookies[0]?.split(';')[0] as string;
    const { data } = await stage.look(cookie.slice('session='.length));
    assert.deepEqual(data, { a: 1 });
    const me = await stage.inject('/me', { ...headers, cookie });
    assert.deepEqual([me.status, JSON.parse(me.body).keys, me.setCookies], [200, ['a'], []]);
  },
};

export const mountedTwice: Row = {
  name: 'mounted twice: one session, one cookie',
  needs: 'mounting',
  variant: { mounts: 2 },
  orRefuses: 'UNSUPPORTED',
  async run(stage) {
    const browser = stage.browser();
    const { status, body, cookies } = await browser.visit('/keys/a');
    assert.deepEqual([status, body, cookies], [200, 'a', ['session']]);
    assert.deepEqual([stage.records().length, stage.calls, stage.events.length], [1, ['insert'], 1]);
    stage.forget();
    const again = await browser.visit('/keys/b');
    assert.deepEqual([again.cookies, stage.events.length], [[], 1]);
    assert.deepEqual((await stage.stored(browser)).data, { a: 1, b: 1 });
  },
};
