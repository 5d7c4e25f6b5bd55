import assert from 'node:assert/strict';
import { type Answer, pathOf } from '../client.ts';
import type { Row } from '../row.ts';
import type { Stage } from '../stage.ts';
import { forBothVisitors } from '../visitors.ts';

type Check = (stage: Stage, answer: Answer) => void;
const handled =
  (status: number): Check =>
  (stage, answer) =>
    stage.assertHandled(answer, status);

/** A route that sets a key and then fails: nothing is stored, and no cookie is set. */
function writesNothing(row: Omit<Row, 'run'>, path: string, check: Check): Row[] {
  return forBothVisitors(row, async (stage, browser, isNew) => {
    const before = stage.records();
    const answer = await browser.visit(path);
    check(stage, answer);
    assert.deepEqual(answer.cookies, []);
    assert.deepEqual([stage.records(), stage.calls], [before, isNew ? [] : ['read']]);
    assert.deepEqual(
      stage.events.map((event) => [event.outcome, 'reason' in event && event.reason]),
      [['discarded', 'handler-failed']],
    );
    assert.equal((await browser.visit('/me')).status, 200, 'The server continues');
  });
}

export const failed: Row[] = [
  ...writesNothing({ name: 'a thrown error writes nothing' }, '/throw', handled(500)),
  ...writesNothing({ name: 'a rejected handler writes nothing' }, '/throw-async', handled(500)),
  ...writesNothing({ name: 'a 5xx from the route writes nothing' }, '/fail', (_, { status, body }) =>
    assert.deepEqual([status, body], [500, 'fail']),
  ),
];

export const becomes4xx: Row[] = [
  ...writesNothing(
    { name: "a 4xx from the framework's error class writes nothing", needs: 'error classes' },
    '/refuse',
    handled(422),
  ),
  ...writesNothing(
    { name: 'an error that the error handler turns into a 409 writes nothing', needs: 'error handlers' },
    '/conflict',
    handled(409),
  ),
  ...writesNothing(
    {
      name: "a 4xx from the framework's error class, in the last layer, writes nothing",
      needs: 'error classes',
    },
    '/last',
    handled(422),
  ),
];

const byDefault = { variant: { handlesErrors: false }, needs: 'error classes' };
export const becomes4xxByDefault: Row[] = [
  ...writesNothing(
    {
      ...byDefault,
      name: "a 4xx from the framework's error class, without an error handler, writes nothing",
    },
    '/refuse',
    handled(422),
  ),
  ...writesNothing(
    { ...byDefault, name: 'a 4xx from the last layer, without an error handler, writes nothing' },
    '/last',
    handled(422),
  ),
];

const holds = (name: string, respondWith?: number): Row => ({
  name,
  ...(respondWith !== undefined && { needs: 'error handlers' }),
  async run(stage) {
    const browser = await stage.signedIn();
    const before = browser.session() as string;
    if (respondWith !== undefined) stage.respondToErrorsWith(respondWith);
    const answer = await browser.visit('/leave');
    stage.assertHandled(answer, respondWith ?? (stage.lacks('error classes') ? 500 : 403));
    assert.deepEqual([(await stage.look(before)).exists, await stage.sessionsOf('ada')], [false, 0]);
    if (!stage.lacks('error responses'))
      assert.deepEqual([answer.cookies, browser.session()], [['session'], undefined]);
    assert.equal(JSON.parse((await browser.visit('/me')).body).subject, null);
  },
});

export const invalidateHolds: Row[] = [
  holds('invalidate takes effect in a failed request'),
  holds('invalidate takes effect in a request for which the error handler sends a 500', 500),
];

export const errorHandlerWrites: Row[] = [
  ...forBothVisitors(
    { name: 'changes by the error handler are written with its redirect', needs: 'error handlers' },
    async (stage, browser, isNew) => {
      const { status, headers, cookies } = await browser.visit('/try-again');
      assert.deepEqual([status, pathOf(headers.location)], [303, '/me']);
      assert.deepEqual(cookies, isNew ? ['session'] : []);
      const { data, flash } = await stage.stored(browser);
      assert.deepEqual([data, flash], [isNew ? {} : { name: 'ada' }, { notice: 'Please try again' }]);
      assert.equal(JSON.parse((await browser.visit('/me')).body).notice, 'Please try again');
    },
  ),
  ...writesNothing(
    { name: 'changes by the error handler are not written with a 5xx', needs: 'error handlers' },
    '/throw',
    (stage, answer) => {
      stage.assertHandled(answer, 500);
      assert.equal(stage.recovered(), 1, 'The error handler has changed the session');
    },
  ),
];
