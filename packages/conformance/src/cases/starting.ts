import assert from 'node:assert/strict';
import {
  cachedStore,
  cacheStore,
  createSessionId,
  createStore,
  type StartOptions,
  uncacheStore,
} from '@store/core';
import type { ConformanceCase } from './conformance-case.ts';
import { rejectsWith } from './rejects-with.ts';

const all = ['records', 'functions', 'cookie'] as const;

/** The process has only one cache, and the surrounding tests may be using it. */
async function withEmptyCache(work: () => Promise<void>): Promise<void> {
  const before = uncacheStore();
  try {
    await work();
  } finally {
    uncacheStore();
    if (before) cacheStore(before);
  }
}

export const startingCases: ConformanceCase[] = [
  {
    id: 'start.options',
    level: 'required',
    kinds: all,
    title: 'startSession() passes the timeouts and the clock to the store.',
    needs: ['finishedStore'],
    async run({ start, clock }) {
      const { timeouts } = await start({ idleTimeout: 61, absoluteTimeout: 3601 });
      assert.equal(timeouts.idleTimeout, 61, 'the store must receive idleTimeout');
      assert.equal(timeouts.absoluteTimeout, 3601, 'the store must receive absoluteTimeout');
      assert.equal(timeouts.now(), clock.now(), 'the store must receive now');
    },
  },
  {
    id: 'start.wrong-option',
    level: 'required',
    kinds: all,
    title:
      'startSession() rejects with INVALID_OPTION immediately if an option is invalid, and leaves nothing open.',
    needs: ['finishedStore'],
    async run({ start }) {
      await rejectsWith('INVALID_OPTION', 'startSession({ idleTimeout: 0 })', start({ idleTimeout: 0 }));
      await rejectsWith(
        'INVALID_OPTION',
        'startSession({ absoluteTimeout: 1.5 })',
        start({ absoluteTimeout: 1.5 }),
      );
      // If a failed start does not close what it opened, a backend that allows only one open handle stays in use forever.
      const store = await start();
      await store.cookieValue(createSessionId(), { n: 1 }, {});
    },
  },
  {
    id: 'start.unknown-option',
    level: 'required',
    kinds: all,
    title: 'startSession() rejects an unknown option with INVALID_OPTION, names it, and leaves nothing open.',
    needs: ['finishedStore'],
    async run({ start }) {
      for (const name of ['idleTimout', 'secret', 'ttl']) {
        const options: StartOptions = { [name]: 60 };
        const error = await rejectsWith('INVALID_OPTION', `startSession({ ${name} })`, start(options));
        assert.ok(error.message.includes(name), `the message must name the option ${name}`);
      }
      const store = await start();
      await store.cookieValue(createSessionId(), { n: 1 }, {});
    },
  },
  {
    id: 'start.cache',
    level: 'required',
    kinds: all,
    title: 'startSession() caches the store unless `cache` is false, and close() removes it from the cache.',
    needs: ['finishedStore'],
    async run({ start }) {
      await withEmptyCache(async () => {
        const apart = await start({ cache: false });
        assert.equal(uncacheStore(), undefined, 'cache: false must leave the cache alone');
        await apart.close();
        const store = await start({ cache: true });
        assert.equal(cachedStore(), store, 'cache: true must cache the store');
        await store.close();
        assert.equal(uncacheStore(), undefined, 'close() must remove the store from the cache');
      });
    },
  },
  {
    id: 'start.events',
    level: 'required',
    kinds: all,
    title: 'startSession() passes the event listener to the store.',
    needs: ['finishedStore'],
    async run({ start, events }) {
      await withEmptyCache(async () => {
        cacheStore(await start());
        // Replaces an open store in the cache, which every kind of store reports.
        cacheStore(createStore({ load: () => undefined, save() {}, destroy() {}, gc() {} }));
      });
      assert.deepEqual(
        events.map(({ type }) => type),
        ['store-replaced'],
      );
    },
  },
  {
    id: 'start.name',
    level: 'recommended',
    kinds: all,
    title: "The store has the driver's name, so that messages and events show where they come from.",
    needs: ['finishedStore'],
    async run({ start }) {
      assert.notEqual(
        (await start()).name,
        '@store/core',
        'pass `name` to the function that makes the store',
      );
    },
  },
  {
    id: 'start.kind',
    level: 'required',
    kinds: ['records'],
    title: 'A record store returns when a session began, when it ends, and its version.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60 });
      const id = createSessionId();
      await store.save(id, {}, {});
      const { createdAt, expiresAt, version } = await store.load(id);
      assert.equal(createdAt, clock.now());
      assert.equal(expiresAt, clock.now() + 60_000);
      assert.equal(
        typeof version,
        'number',
        "a store made with createStore() must export kind = 'functions'",
      );
    },
  },
];
