import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import { keep } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';

const records = ['records'] as const;

/** Which clock counts. */
export const clockCases: ConformanceCase[] = [
  {
    id: 'time.lowered',
    level: 'required',
    kinds: records,
    title: 'A lowered absoluteTimeout takes effect immediately, even for sessions that are already stored.',
    needs: ['instances'],
    async run({ instances, clock }) {
      const [before, after] = await instances(
        { idleTimeout: 600 },
        { idleTimeout: 600, absoluteTimeout: 30 },
      );
      const id = createSessionId();
      await before.save(id, { n: 1 }, {});
      assert.equal((await after.load(id)).expiresAt, clock.now() + 30_000);
      clock.advance(30);
      assert.equal((await after.load(id)).exists, false);
      assert.equal(await after.touch(id), false);
      assert.equal(await after.update(id, keep), false);
    },
  },
  {
    id: 'time.skewed',
    level: 'required',
    kinds: records,
    title:
      'Server clocks may differ by a minute: a touch by a server that is behind never shortens a session.',
    needs: ['instances'],
    async run({ instances, clock }) {
      const [ahead, behind] = await instances(
        { idleTimeout: 600 },
        { idleTimeout: 600, now: () => clock.now() - 60_000 },
      );
      const id = createSessionId();
      await ahead.save(id, { n: 1 }, {});
      const { expiresAt } = await ahead.load(id);
      assert.equal((await behind.load(id)).exists, true, 'a session from the future must exist');
      assert.equal(await behind.touch(id), true);
      assert.equal((await ahead.load(id)).expiresAt, expiresAt, 'the later expiry must stay');
      assert.equal(await behind.update(id, keep), true);
      assert.equal(
        (await ahead.load(id)).expiresAt,
        (expiresAt ?? 0) - 60_000,
        "a write sets its writer's expiry",
      );
    },
  },
  {
    id: 'time.application-clock',
    level: 'required',
    kinds: records,
    title: "Only the application's clock counts: the backend's clock neither ends nor extends a session.",
    async run({ start, clock }) {
      for (const year of [1971, 2001, 2100]) {
        clock.set(Date.UTC(year, 0));
        const store = await start({ idleTimeout: 600 });
        const id = createSessionId();
        await store.save(id, { year }, {});
        // With more than two minutes left, core touches by calling touch(); with less, by calling replace().
        for (const seconds of [400, 599]) {
          clock.advance(seconds);
          assert.equal(await store.touch(id), true, `a touch in ${year} must find the session`);
        }
        assert.equal(await store.update(id, keep), true, `an update in ${year} must find the session`);
        assert.equal(await store.gc(), 0, `nothing has expired in ${year}`);
        assert.deepEqual((await store.load(id)).data, { year });
        clock.advance(600);
        assert.equal((await store.load(id)).exists, false, `the session must end in ${year}`);
        assert.equal(await store.gc(), 1, `gc() in ${year} must remove it`);
        // Needed for a backend that allows only one open handle. Other cases test whether closing works.
        await Promise.allSettled([store.close()]);
      }
    },
  },
  {
    id: 'time.default-clock',
    level: 'recommended',
    kinds: ['records', 'cookie'],
    title: 'Without a now option, a store calls Date.now() each time, so fake timers in tests work.',
    async run({ kind, start }) {
      const real = Date.now;
      // Past every default limit.
      const later = 40 * 86_400_000;
      const begin = async () => {
        const store = await start({ now: undefined as never });
        const id = createSessionId();
        if (kind === 'cookie') return { store, name: await store.cookieValue(id, { n: 1 }, {}) };
        await store.save(id, { n: 1 }, {});
        return { store, name: id };
      };
      try {
        const first = await begin();
        Date.now = () => real() + later;
        assert.equal((await first.store.load(first.name)).exists, false, 'a clock faked after the start');
        // Needed for a backend that allows only one open handle.
        await Promise.allSettled([first.store.close()]);
        const second = await begin();
        assert.equal((await second.store.load(second.name)).exists, true, 'a clock faked before the start');
        Date.now = () => real() + 2 * later;
        assert.equal((await second.store.load(second.name)).exists, false, 'a clock faked again');
      } finally {
        Date.now = real;
      }
    },
  },
  {
    id: 'time.functions',
    level: 'recommended',
    kinds: ['functions'],
    title:
      'A driver made of four functions ends sessions by the idleTimeout and the clock it was started with.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60 });
      const id = createSessionId();
      await store.save(id, { n: 1 }, {});
      clock.advance(59);
      assert.equal(await store.touch(id), true);
      clock.advance(59);
      assert.equal((await store.load(id)).exists, true);
      clock.advance(1);
      assert.equal((await store.load(id)).exists, false);
    },
  },
];
