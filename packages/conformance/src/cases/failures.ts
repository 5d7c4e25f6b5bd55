import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { createSessionId, isStoreError, type SessionStore, type StoredSession } from '@store/core';
import { sessionKey } from '@store/core/driver';
import { errorChain } from '../processes/error-chain.ts';
import { increase, keep } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { rejectsWith } from './rejects-with.ts';

const servers = ['records', 'functions'] as const;

/** Makes every call that must reach the backend. */
const callsOf = (store: SessionStore, id: string): [string, () => Promise<unknown>][] => [
  ['load()', () => store.load(id)],
  ['save()', () => store.save(id, { secret: 'tarragon' }, {})],
  ['update()', () => store.update(id, keep)],
  ['update({ newId })', () => store.update(id, keep, { newId: createSessionId() })],
  ['touch()', () => store.touch(id)],
  ['destroy()', () => store.destroy(id)],
  ['gc()', () => store.gc()],
];

const attempts = 500;

/** A driver may need a moment to reconnect, during which calls reject with UNAVAILABLE. */
async function loadWhenAvailable(store: SessionStore, id: string): Promise<StoredSession> {
  for (let left = attempts; ; left -= 1) {
    try {
      return await store.load(id);
    } catch (error) {
      if (!isStoreError(error, 'UNAVAILABLE')) throw error;
      if (left === 0) {
        const text = `After mendBackend(), the store was still UNAVAILABLE on attempt ${attempts}: ${errorChain(error)}`;
        throw new Error(text, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

export const failureCases: ConformanceCase[] = [
  {
    id: 'failure.unavailable',
    level: 'required',
    kinds: servers,
    title:
      'While the backend fails, every call rejects with UNAVAILABLE: no session looks missing, no write looks done.',
    needs: ['breakBackend'],
    async run({ start, module, place, claims }) {
      const store = await start();
      const id = createSessionId();
      await store.save(id, { n: 1 }, {}, { subject: 'ada' });
      await module.breakBackend?.(place);
      try {
        for (const [name, call] of callsOf(store, id)) await rejectsWith('UNAVAILABLE', name, call());
        if (!claims.subjects) return;
        await rejectsWith('UNAVAILABLE', 'list()', store.list('ada'));
        await rejectsWith('UNAVAILABLE', 'destroyAll()', store.destroyAll('ada'));
      } finally {
        await module.mendBackend?.(place);
      }
    },
  },
  {
    id: 'failure.recovers',
    level: 'required',
    kinds: servers,
    title: 'Once the backend works again, so does the store, without a restart, and nothing stored is lost.',
    needs: ['breakBackend'],
    async run({ start, module, place }) {
      const store = await start();
      const id = createSessionId();
      await store.save(id, { count: 1 }, {});
      for (let round = 0; round < 2; round += 1) {
        await module.breakBackend?.(place);
        await Promise.allSettled([store.load(id), store.update(id, increase), store.load(createSessionId())]);
        await module.mendBackend?.(place);
        assert.deepEqual(
          (await loadWhenAvailable(store, id)).data,
          { count: 1 },
          'a refused write must not be applied later',
        );
      }
      assert.equal(await store.update(id, increase), true);
      assert.deepEqual((await store.load(id)).data, { count: 2 });
    },
  },
  {
    id: 'failure.discreet',
    level: 'required',
    kinds: servers,
    title: 'No error contains a session id, and no error text contains a key or content.',
    needs: ['breakBackend'],
    async run({ start, module, place }) {
      const store = await start();
      const id = createSessionId();
      await store.save(id, { secret: 'tarragon' }, {});
      await module.breakBackend?.(place);
      const results = await Promise.allSettled(callsOf(store, id).map(([, call]) => call()));
      await module.mendBackend?.(place);
      for (const result of results) {
        if (result.status === 'fulfilled') continue;
        assert.ok(isStoreError(result.reason), 'every failure is a StoreError');
        const { message } = result.reason;
        assert.ok(
          !inspect(result.reason, { depth: 10 }).includes(id),
          'an error, or its cause, contains a session id',
        );
        assert.ok(!message.includes(sessionKey(id)), 'the text of an error contains a record key');
        assert.ok(!message.includes('tarragon'), 'the text of an error contains content');
      }
    },
  },
  {
    id: 'failure.close',
    level: 'recommended',
    kinds: servers,
    title: 'A store can be closed even while its backend fails.',
    needs: ['breakBackend'],
    async run({ start, module, place }) {
      const store = await start();
      await store.save(createSessionId(), { n: 1 }, {});
      await module.breakBackend?.(place);
      try {
        await store.close();
      } finally {
        await module.mendBackend?.(place);
      }
    },
  },
];
