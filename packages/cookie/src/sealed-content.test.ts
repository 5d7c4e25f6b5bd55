import { deepStrictEqual } from 'node:assert';
import { type CookieSession, createSessionId, type SessionData } from '@store/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { password, startRevocable } from '../test/revocable-store.ts';
import { sealText } from '../test/seal-text.ts';
import { openSite } from '../test/site.ts';
import { decodeContent, encodeContent } from './sealed-content.ts';
import { startSession } from './start-session.ts';

const runs = Number(process.env.FUZZ_RUNS ?? 500);
const members =
  'v purpose id family subject createdAt expiresAt idleTimeout expireOnClose version data flash';
const known = members.split(' ');

const session = (more: Partial<CookieSession> = {}): CookieSession => ({
  id: createSessionId(),
  createdAt: 1,
  expiresAt: 2,
  data: { n: 1 },
  flash: {},
  ...more,
});

/** Collects fields by name in an object that accepts `__proto__` as a name. */
function fieldsOf(entries: [string, unknown][]): SessionData {
  const fields: SessionData = Object.create(null);
  // Copied through JSON, since -0 is stored as 0.
  for (const [name, value] of entries) fields[name] = JSON.parse(JSON.stringify(value));
  return fields;
}
const name = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'toJSON', 'hasOwnProperty', '', '\ud800', '0'),
);
const entries = fc.array(fc.tuple(name, fc.jsonValue()), { minLength: 1, maxLength: 6 });

describe('members of a seal that only a later version recognizes', () => {
  it('are kept by every write, whatever their names and values', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const unknownFields = fieldsOf(list.filter(([name]) => !known.includes(name)));
        fc.pre(Object.keys(unknownFields).length > 0);
        const written = session({ unknownFields });
        const read = decodeContent('session', encodeContent('session', written));
        deepStrictEqual(read, { ...written, family: written.id });
        deepStrictEqual(decodeContent('session', encodeContent('session', read as CookieSession)), read);
      }),
      { numRuns: runs },
    );
  });

  it.each(known)('cannot replace the %s of the session', (name) => {
    const written = session();
    const wrong = fieldsOf([[name, 99]]);
    const text = encodeContent('session', { ...written, unknownFields: wrong });
    expect(JSON.parse(text)).toEqual(JSON.parse(encodeContent('session', written)));
  });

  it('are not added to a session that has none', () => {
    expect(decodeContent('session', encodeContent('session', session()))).not.toHaveProperty('unknownFields');
  });

  it('are not set on the prototype of the session', () => {
    const text = encodeContent('session', session()).replace('{', '{"__proto__":{"subject":"root"},');
    const read = decodeContent('session', text);
    expect([read?.subject, Object.keys(read?.unknownFields ?? {})]).toEqual([undefined, ['__proto__']]);
  });
});

describe('a session that a later version has sealed', () => {
  const open = (cookie: string) => new Map([['__Host-session', cookie]]);
  const fields = '{"__proto__":[1],"theme":"dark"}';
  const seal = async (subject?: string) =>
    sealText(
      password,
      encodeContent('session', {
        ...session({ createdAt: Date.now(), expiresAt: Date.now() + 7_200_000 }),
        unknownFields: JSON.parse(fields),
        ...(subject !== undefined && { subject }),
      }),
    );
  const fieldsIn = async (cookie: string) =>
    JSON.stringify((await (await startSession({ password, cache: false })).load(cookie)).unknownFields);

  it('keeps its fields when this version changes it, gives it a new id, and signs it in', async () => {
    const { store } = await startRevocable({ now: Date.now });
    const browser = openSite(store).openBrowser(open(await seal()));
    const fieldsNow = () => fieldsIn(browser.cookies.get('__Host-session') ?? '');
    for (const change of ['set', 'regenerate', 'setSubject'] as const) {
      await browser.visit((session) => {
        if (change === 'set') session.set('n', 2);
        else if (change === 'regenerate') session.regenerate();
        else session.setSubject('ada');
      });
      expect(await fieldsNow()).toBe(fields);
    }
  });

  it('loses those fields when it passes to another user', async () => {
    const { store } = await startRevocable({ now: Date.now });
    const browser = openSite(store).openBrowser(open(await seal('ada')));
    await browser.visit((session) => session.setSubject('eve'));
    expect(await fieldsIn(browser.cookies.get('__Host-session') ?? '')).toBeUndefined();
  });
});
