import assert from 'node:assert/strict';
import { createSessionId, type SessionStore } from '@store/core';
import { keep } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { rejectsWith } from './rejects-with.ts';

const cookie = { level: 'required', kinds: ['cookie'] } as const;
const seal = (store: SessionStore, id = createSessionId()) =>
  store.cookieValue(id, { n: 1 }, { notice: 'hi' });

export const cookieCases: ConformanceCase[] = [
  {
    ...cookie,
    id: 'cookie.round-trip',
    title: 'A cookie restores the real id, the content, both times, the subject and the idle timeout.',
    async run({ start, clock }) {
      const store = await start();
      const id = createSessionId();
      assert.equal(store.kind, 'cookie');
      const times = { createdAt: clock.now(), expiresAt: clock.now() + 60_000 };
      const options = { subject: 'ada', idleTimeout: 60 };
      const value = await store.cookieValue(id, { n: 1 }, { notice: 'hi' }, options);
      const content = { id, exists: true, data: { n: 1 }, flash: { notice: 'hi' } };
      // A driver that supports revocation may keep versions and families.
      const { version: _, family: _family, ...found } = await store.load(value);
      assert.deepEqual(found, { ...content, ...times, ...options });
      const empty = await store.load(await store.cookieValue(id, {}, {}));
      const { version: __, family: __family, ...bare } = empty;
      assert.deepEqual(Object.keys(bare).sort(), ['createdAt', 'data', 'exists', 'expiresAt', 'flash', 'id']);
    },
  },
  {
    ...cookie,
    id: 'cookie.characters',
    title: 'A cookie value contains only characters that need no quoting (RFC 6265, cookie-octet).',
    async run({ start }) {
      const store = await start();
      const value = await store.cookieValue(createSessionId(), { 'ü;,"\\ \u0000': 'ü;,"\\ \u0000' }, {});
      assert.match(value, /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/);
    },
  },
  {
    ...cookie,
    id: 'cookie.time',
    title:
      'Both timeouts end a cookie to the millisecond, and sealing again does not restart the absolute one.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60, absoluteTimeout: 100 });
      const first = await store.load(await seal(store));
      const createdAt = first.createdAt as number;
      clock.advance(59.999);
      const again = await store.cookieValue(first.id, first.data, first.flash, { createdAt });
      clock.advance(40);
      assert.equal((await store.load(again)).createdAt, createdAt);
      clock.advance(0.001);
      assert.equal((await store.load(again)).exists, false, 'the absolute timeout has passed');
      const idle = await seal(store);
      clock.advance(59.999);
      assert.equal((await store.load(idle)).exists, true);
      clock.advance(0.001);
      assert.equal((await store.load(idle)).exists, false, 'the idle timeout has passed');
    },
  },
  {
    ...cookie,
    id: 'cookie.application-clock',
    title: "Only the application's clock counts, not the machine's.",
    async run({ start, clock }) {
      for (const year of [1971, 2001, 2100]) {
        clock.set(Date.UTC(year, 0));
        const store = await start({ idleTimeout: 60 });
        const value = await seal(store);
        assert.equal((await store.load(value)).exists, true, `a cookie of ${year} must open in ${year}`);
        clock.advance(60);
        assert.equal((await store.load(value)).exists, false, `a cookie of ${year} must end in ${year}`);
      }
    },
  },
  {
    ...cookie,
    id: 'cookie.no-record',
    title: 'save() and gc() do nothing; update(), touch() and list() are UNSUPPORTED.',
    async run({ start }) {
      const store = await start();
      const id = createSessionId();
      await store.save(id, { n: 1 }, {});
      assert.equal(await store.gc(), 0);
      await rejectsWith('UNSUPPORTED', 'update()', store.update(id, keep));
      await rejectsWith('UNSUPPORTED', 'touch()', store.touch(id));
      await rejectsWith('UNSUPPORTED', 'list()', store.list('ada'));
    },
  },
];
