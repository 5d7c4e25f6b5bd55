import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import { keep } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { rejectsWith } from './rejects-with.ts';

const servers = ['records', 'functions'] as const;

/** Load, save and destroy, and what belongs in the cookie. */
export const basicCases: ConformanceCase[] = [
  {
    id: 'load.found',
    level: 'required',
    kinds: servers,
    title: 'load() returns data and flash as last saved.',
    async run({ start }) {
      const store = await start();
      const id = createSessionId();
      await store.save(id, { name: 'Ada', cart: [1, 2] }, { notice: 'hi' });
      const found = await store.load(id);
      assert.equal(found.id, id);
      assert.equal(found.exists, true, 'a saved session must exist');
      assert.deepEqual(found.data, { name: 'Ada', cart: [1, 2] });
      assert.deepEqual(found.flash, { notice: 'hi' });
    },
  },
  {
    id: 'load.missing',
    level: 'required',
    kinds: servers,
    title: 'load() of a missing session returns empty data and flash, and exists: false.',
    async run({ start }) {
      const store = await start();
      await store.save(createSessionId(), { of: 'another visitor' }, {});
      const id = createSessionId();
      assert.deepEqual(await store.load(id), { id, exists: false, data: {}, flash: {} });
    },
  },
  {
    id: 'load.twice',
    level: 'required',
    kinds: servers,
    title: 'load() changes nothing: neither the content, nor the flash, nor the expiry.',
    async run({ start, clock }) {
      const store = await start();
      const id = createSessionId();
      await store.save(id, { n: 1 }, { notice: 'hi' });
      const first = await store.load(id);
      clock.advance(10);
      assert.deepEqual(await store.load(id), first);
    },
  },
  {
    id: 'load.malformed-id',
    level: 'required',
    kinds: servers,
    title: 'load, update, touch and destroy treat a malformed id as missing; save and newId reject it.',
    async run({ start }) {
      const store = await start();
      const live = createSessionId();
      await store.save(live, { n: 1 }, {});
      for (const id of [
        '',
        'short',
        '../../../../../../etc/passwd',
        `${'a'.repeat(40)}\0`,
        "' OR 1=1 --".padEnd(40),
      ]) {
        assert.equal((await store.load(id)).exists, false);
        assert.equal(await store.update(id, keep), false);
        assert.equal(await store.touch(id), false);
        await store.destroy(id);
        await rejectsWith('INVALID_ID', 'save()', store.save(id, {}, {}));
        await rejectsWith('INVALID_ID', 'newId', store.update(live, keep, { newId: id }));
      }
      assert.deepEqual((await store.load(live)).data, { n: 1 });
    },
  },
  {
    id: 'save.replaces',
    level: 'required',
    kinds: servers,
    title: 'save() over a session replaces its data and flash, and affects no other session.',
    async run({ start }) {
      const store = await start();
      const [id, other] = [createSessionId(), createSessionId()];
      await store.save(other, { of: 'other' }, {});
      await store.save(id, { name: 'Ada', a: 1 }, { notice: 'hi' });
      await store.save(id, { name: 'Grace' }, {});
      const { data, flash } = await store.load(id);
      assert.deepEqual({ data, flash }, { data: { name: 'Grace' }, flash: {} });
      assert.deepEqual((await store.load(other)).data, { of: 'other' });
    },
  },
  {
    id: 'save.keeps',
    level: 'required',
    kinds: ['records'],
    title: 'save() over a live session keeps createdAt, and subject and idleTimeout unless given.',
    async run({ start, clock }) {
      const store = await start();
      const id = createSessionId();
      const createdAt = clock.now();
      await store.save(id, { n: 1 }, {}, { subject: 'ada', idleTimeout: 50 });
      clock.advance(10);
      await store.save(id, { n: 2 }, {});
      const kept = await store.load(id);
      assert.equal(kept.createdAt, createdAt);
      assert.equal(kept.subject, 'ada');
      assert.equal(kept.idleTimeout, 50);
      assert.equal(kept.expiresAt, clock.now() + 50_000);
      await store.save(id, { n: 3 }, {}, { subject: 'grace', idleTimeout: 70 });
      const given = await store.load(id);
      assert.equal(given.createdAt, createdAt);
      assert.equal(given.subject, 'grace');
      assert.equal(given.idleTimeout, 70);
    },
  },
  {
    id: 'destroy.ends',
    level: 'required',
    kinds: servers,
    title: 'destroy() ends only that session; a missing session or a second call is not an error.',
    async run({ start }) {
      const store = await start();
      const [id, other] = [createSessionId(), createSessionId()];
      await store.save(id, { n: 1 }, {});
      await store.save(other, { n: 2 }, {});
      await store.destroy(id);
      await store.destroy(id);
      await store.destroy(createSessionId());
      assert.equal((await store.load(id)).exists, false, 'a destroyed session must be missing');
      assert.deepEqual((await store.load(other)).data, { n: 2 });
    },
  },
  {
    id: 'cookie-value.id',
    level: 'required',
    kinds: servers,
    title: "A server store's cookie value is the session id.",
    async run({ start }) {
      const store = await start();
      const id = createSessionId();
      assert.equal(store.kind, 'server');
      assert.equal(await store.cookieValue(id, { n: 1 }, {}), id);
    },
  },
];
