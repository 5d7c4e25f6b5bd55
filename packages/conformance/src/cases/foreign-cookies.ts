import assert from 'node:assert/strict';
import { createSessionId, type SessionStore } from '@store/core';
import type { ConformanceCase } from './conformance-case.ts';

const cookie = { level: 'required', kinds: ['cookie'] } as const;
const seal = (store: SessionStore, id = createSessionId()) =>
  store.cookieValue(id, { n: 1 }, { notice: 'hi' });
const missing = { exists: false, data: {}, flash: {} };

/** The same text with one character changed. */
const changedAt = (text: string, at: number) =>
  `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;

/** How a cookie store treats cookies that it did not just seal. */
export const foreignCookieCases: ConformanceCase[] = [
  {
    ...cookie,
    id: 'cookie.sealed',
    title: 'A cookie value reveals neither the session id nor the content.',
    async run({ start }) {
      const store = await start();
      const id = createSessionId();
      const value = await store.cookieValue(
        id,
        { secret: 'tarragon' },
        { notice: 'marjoram' },
        { subject: 'chervil' },
      );
      const readable = readableText(value);
      for (const secret of [id, 'tarragon', 'marjoram', 'chervil']) {
        assert.ok(!readable.includes(secret), 'the cookie reveals the session id or the content');
      }
    },
  },
  {
    ...cookie,
    id: 'cookie.foreign',
    title: 'Anything but a cookie of this store is treated as missing, and never causes an exception.',
    async run({ start }) {
      const store = await start();
      const value = await seal(store);
      const foreign = [
        '',
        ' ',
        'x',
        '{}',
        '\0',
        '%',
        'a.b.c',
        'Fe26.2**********',
        createSessionId(),
        btoa('{"id":"x","data":{},"flash":{},"createdAt":0,"expiresAt":9e15}'),
        value.slice(1),
        value.slice(0, -5),
        value.slice(0, value.length / 2),
        value.repeat(2),
        `${value}${'A'.repeat(100_000)}`,
        value.toLowerCase(),
        [...value].reverse().join(''),
      ];
      for (const each of foreign) {
        const { id: _, ...found } = await store.load(each);
        assert.deepEqual(found, missing);
      }
    },
  },
  {
    ...cookie,
    id: 'cookie.tampered',
    title: 'A cookie with one character changed opens no session, or still exactly the same one.',
    async run({ start }) {
      const store = await start();
      const value = await seal(store);
      const whole = await store.load(value);
      const step = Math.max(1, Math.floor(value.length / 100));
      for (let at = 0; at < value.length; at += step) {
        const found = await store.load(changedAt(value, at));
        if (found.exists) assert.deepEqual(found, whole);
      }
    },
  },
  {
    ...cookie,
    id: 'cookie.instances',
    level: 'capability',
    claims: 'sharedBetweenInstances',
    title: 'A cookie of one store opens in another, even after the first is closed.',
    async run({ instances }) {
      const [one, other] = await instances({}, {});
      const value = await seal(one);
      await one.close();
      assert.deepEqual((await other.load(value)).data, { n: 1 });
    },
  },
  {
    ...cookie,
    id: 'cookie.apart',
    level: 'capability',
    lacks: 'sharedBetweenInstances',
    title: 'A cookie of one store does not open in another without the claim to share sessions.',
    async run({ start }) {
      const [one, other] = [await start(), await start()];
      const { exists } = await other.load(await seal(one));
      assert.equal(exists, false, 'the stores share a session: claim sharedBetweenInstances');
    },
  },
];

/**
 * Everything that can be read from a text without a key: the text itself, and every part of it that is encoded as base64, base64url,
 * hex or percent-encoding, wherever that part starts.
 */
function readableText(text: string): string {
  const runs = text.match(/[\w+/-]{4,}/g) ?? [];
  const decoded = runs.flatMap((run) => [
    ...[0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), 'base64').toString('latin1')),
    ...[0, 1].map((from) => Buffer.from(run.slice(from), 'hex').toString('latin1')),
  ]);
  const percent = text.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return [text, percent, ...decoded].join('\n');
}
