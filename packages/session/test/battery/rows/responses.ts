import assert from 'node:assert/strict';
import { type Ask, pathOf } from '../client.ts';
import { Gate } from '../gate.ts';
import type { Row } from '../row.ts';
import { forBothVisitors } from '../visitors.ts';

interface Expected {
  status: number;
  body?: string;
  location?: string;
  etag?: string;
  /** The application's own cookies. */
  own?: string[];
}

/** A route that sets a key and responds in a particular way: the session is written, with a cookie only if it is new. */
function writes(name: string, path: string, key: string, expected: Expected, ask: Ask = {}): Row[] {
  return forBothVisitors({ name }, async (stage, browser, isNew) => {
    const answer = await browser.visit(path, ask);
    const { own = [] } = expected;
    assert.deepEqual([answer.status, answer.isWhole], [expected.status, true]);
    if (expected.body !== undefined) assert.equal(answer.body, expected.body);
    if (expected.etag !== undefined) assert.equal(answer.headers.etag, expected.etag);
    assert.equal(pathOf(answer.headers.location), expected.location);
    assert.deepEqual(answer.cookies, [...own, ...(isNew ? ['session'] : [])].sort());
    const { data } = await stage.stored(browser);
    assert.deepEqual(data, isNew ? { [key]: 1 } : { name: 'ada', [key]: 1 });
    assert.deepEqual(
      stage.events.map((event) => event.outcome),
      [isNew ? 'created' : 'updated'],
    );
    // A body that must not be sent would corrupt the next response on the same connection.
    assert.equal((await browser.visit('/untouched')).body, 'untouched');
  });
}

export const bodiless: Row[] = [
  ...writes('HEAD', '/keys/head', 'head', { status: 200, body: '' }, { method: 'HEAD' }),
  ...writes('304', '/not-modified', 'not-modified', { status: 304, body: '', etag: '"same"' }),
  ...writes('204', '/empty', 'empty', { status: 204, body: '' }),
];

export const ownCookies = writes('two application cookies and a redirect', '/cookie', 'cookie', {
  status: 303,
  location: '/me',
  own: ['lang', 'theme'],
});

export const lowest = writes('a raw response', '/raw', 'raw', { status: 303, location: '/me' });

export const nested = [
  ...writes('a nested router, sub-application or plugin', '/sub/keys/a', 'a', { status: 200, body: 'a' }),
  ...writes('the 404 handler', '/nowhere', 'missing', { status: 404, body: 'missing' }),
];

export const refusedByRoute = writes('a 400 from the route', '/invalid', 'invalid', {
  status: 400,
  body: 'invalid',
});

export const streams = forBothVisitors(
  { name: 'a stream: cookie first, chunks as they are produced, a late change kept' },
  async (stage, browser, isNew) => {
    const begun = await browser.begin('/stream');
    assert.deepEqual([begun.status, begun.cookies], [200, isNew ? ['session'] : []]);
    const content = isNew ? { early: 1 } : { name: 'ada', early: 1 };
    assert.deepEqual((await stage.stored(browser)).data, content);
    assert.equal(await begun.received(4), 'one ');
    await stage.gates.stream.reached();
    stage.gates.stream.open();
    assert.deepEqual(await begun.rest(), { body: 'one two', isWhole: true });
    await stage.happened(
      ({ type, outcome }) => type === 'late-save' && outcome === 'updated',
      'the late change is saved',
    );
    assert.deepEqual((await stage.stored(browser)).data, { ...content, late: 1 });
  },
);

export const lateChangeFirst: Row = {
  name: 'a late change is saved before the response ends',
  needs: 'delayed ends',
  async run(stage) {
    const browser = await stage.signedIn();
    const begun = await browser.begin('/stream');
    const saving = new Gate();
    stage.holdsWrites(saving);
    stage.gates.stream.open();
    await saving.reached();
    // Anything already sent arrives before the response to another request.
    await stage.browser().visit('/untouched');
    assert.equal(begun.isOver(), false, 'It waits');
    saving.open();
    assert.deepEqual(await begun.rest(), { body: 'one two', isWhole: true });
    assert.deepEqual((await stage.stored(browser)).data, { name: 'ada', early: 1, late: 1 });
  },
};

export const brokenStream: Row = {
  name: 'a stream that fails is cut off, and the server continues',
  async run(stage) {
    const browser = stage.browser();
    const begun = await browser.begin('/broken');
    assert.equal(await begun.received(4), 'one ');
    stage.gates.stream.open();
    assert.deepEqual(await begun.rest(), { body: 'one ', isWhole: false });
    assert.deepEqual([begun.status, begun.cookies], [200, ['session']]);
    const me = await browser.visit('/me');
    assert.deepEqual([me.status, JSON.parse(me.body).keys], [200, ['early']]);
  },
};

export const clientLeaves: Row = {
  name: 'a client that disconnects: the change is kept, and the server continues',
  async run(stage) {
    const browser = await stage.signedIn();
    const leave = browser.beginAndLeave('/slow/left');
    await stage.gates.slow.reached();
    await leave();
    stage.gates.slow.open();
    await stage.happened(({ outcome }) => outcome === 'updated', 'the change is written');
    assert.deepEqual((await stage.stored(browser)).data, { name: 'ada', left: 1 });
    assert.equal((await browser.visit('/me')).status, 200);
  },
};
