import assert from 'node:assert/strict';
import { createSessionId, type SessionEntry, type SessionStore } from '@store/core';
import { sessionKey } from '@store/core/driver';
import type { ConformanceCase } from './conformance-case.ts';
import { rejectsWith } from './rejects-with.ts';

const counting = { level: 'required', kinds: ['records'], needs: ['scan'] } as const;
const ids = (count: number) => Array.from({ length: count }, () => createSessionId());
const saveAll = (store: SessionStore, all: string[]) =>
  Promise.all(all.map((id, n) => store.save(id, { n }, {})));

async function entriesOf(store: SessionStore): Promise<SessionEntry[]> {
  const found: SessionEntry[] = [];
  for await (const entry of store.entries()) found.push(entry);
  return found;
}

/** All sessions: `count`, `entries` and `clear`. */
export const countingCases: ConformanceCase[] = [
  {
    id: 'counting.unsupported',
    level: 'required',
    kinds: ['functions', 'cookie'],
    title: 'In a store without records, count(), entries() and clear() are UNSUPPORTED.',
    async run({ start }) {
      const store = await start();
      await rejectsWith('UNSUPPORTED', 'count()', store.count());
      await rejectsWith('UNSUPPORTED', 'entries()', entriesOf(store));
      await rejectsWith('UNSUPPORTED', 'clear()', store.clear());
    },
  },
  {
    ...counting,
    id: 'counting.live',
    title: 'count() and entries() include exactly the live sessions, with handle, times, data and subject.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 60 });
      assert.equal(await store.count(), 0);
      assert.deepEqual(await entriesOf(store), []);
      const [expired, anonymous, owned, destroyed] = ids(4) as [string, string, string, string];
      await store.save(expired, { n: 0 }, {});
      clock.advance(30);
      const now = clock.now();
      await store.save(anonymous, { n: 1 }, { notice: 'hi' });
      await store.save(owned, { n: 2 }, {}, { subject: 'ada' });
      await store.save(destroyed, { n: 3 }, {});
      await store.destroy(destroyed);
      clock.advance(30);
      assert.equal(await store.count(), 2, 'expired and destroyed sessions must not be counted');
      const times = { createdAt: now, expiresAt: now + 60_000 };
      const expected = [
        { handle: sessionKey(anonymous), ...times, data: { n: 1 } },
        { handle: sessionKey(owned), ...times, data: { n: 2 }, subject: 'ada' },
      ];
      const byData = (one: SessionEntry, other: SessionEntry) => Number(one.data.n) - Number(other.data.n);
      assert.deepEqual((await entriesOf(store)).sort(byData), expected);
    },
  },
  {
    ...counting,
    id: 'counting.pages',
    title: 'count(), entries() and clear() handle more sessions than fit on one page, each exactly once.',
    async run({ start }) {
      const store = await start();
      const all = ids(1040);
      for (let from = 0; from < all.length; from += 65) await saveAll(store, all.slice(from, from + 65));
      assert.equal(await store.count(), all.length);
      const handles = (await entriesOf(store)).map(({ handle }) => handle).sort();
      assert.deepEqual(handles, all.map(sessionKey).sort());
      assert.equal(await store.clear(), all.length);
      assert.equal(await store.count(), 0);
    },
  },
  {
    ...counting,
    id: 'counting.changes',
    title:
      'entries() yields every session that stays exactly once, however many others come and go during the scan.',
    async run({ start }) {
      const store = await start();
      const [stay, go] = [ids(560), ids(40)];
      for (let from = 0; from < stay.length; from += 65) await saveAll(store, stay.slice(from, from + 65));
      await saveAll(store, go);
      const seen = new Map<string, number>();
      for await (const { handle } of store.entries()) {
        seen.set(handle, (seen.get(handle) ?? 0) + 1);
        if (seen.size % 25 !== 0) continue;
        await store.save(createSessionId(), { late: true }, {});
        // One already yielded, but not the latest: with that one gone, a next page that repeats it would go unnoticed.
        const gone = go.findIndex((id) => sessionKey(id) !== handle && seen.has(sessionKey(id)));
        if (gone >= 0) await store.destroy(go.splice(gone, 1)[0] as string);
        await store.update(stay[seen.size % stay.length] as string, (content) => content);
      }
      for (const id of stay) {
        const times = seen.get(sessionKey(id)) ?? 0;
        assert.equal(times, 1, `a session that existed throughout was yielded ${times} times`);
      }
      const most = Math.max(...seen.values());
      assert.equal(most, 1, `a session that came or went during the scan was yielded ${most} times`);
    },
  },
  {
    ...counting,
    id: 'counting.clear',
    title: 'clear() ends every session permanently, returns how many, and leaves the store usable.',
    async run({ start }) {
      const store = await start();
      assert.equal(await store.clear(), 0);
      const all = ids(5);
      await saveAll(store, all);
      const base = await store.load(all[0] as string);
      assert.equal(await store.clear(), 5);
      for (const id of all) assert.equal((await store.load(id)).exists, false);
      assert.equal(await store.update(all[0] as string, (content) => content, { base }), false);
      assert.equal(await store.touch(all[0] as string, { base }), false);
      await saveAll(store, all.slice(0, 2));
      assert.equal(await store.count(), 2);
    },
  },
];
