import assert from 'node:assert/strict';
import { createSessionId, isStoreError, type StoreEvent } from '@store/core';
import { sessionKey } from '@store/core/driver';
import type { CaseContext } from '../run/case-context.ts';
import { keep } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { record } from './storage-record.ts';

const unreadable = { level: 'required', kinds: ['records'], needs: ['storage'] } as const;
const payloads = {
  damaged: '{"data":{"cut',
  empty: '',
  foreign: '"nothing of ours"',
  newer: '{"v":999,"sessions":[]}',
};

/** A store with one readable session and several unreadable ones, all live and all belonging to ada. */
async function withUnreadable({ startWithStorage, clock }: CaseContext) {
  const { store, storage } = await startWithStorage({ idleTimeout: 60 });
  const readable = createSessionId();
  await store.save(readable, { n: 1 }, {}, { subject: 'ada' });
  const ids = { damaged: createSessionId(), empty: createSessionId(), foreign: '', newer: createSessionId() };
  ids.foreign = createSessionId();
  for (const [kind, payload] of Object.entries(payloads)) {
    const key = sessionKey(ids[kind as keyof typeof ids]);
    const times = { createdAt: clock.now(), expiresAt: clock.now() + 60_000 };
    await storage.insert(record({ key, payload, subject: 'ada', ...times }), clock.now());
  }
  const left = async () => {
    const found = await Promise.all(
      Object.entries(ids).map(async ([kind, id]) => ((await storage.read(sessionKey(id))) ? [kind] : [])),
    );
    return found.flat();
  };
  return { store, readable, ids, left };
}

const reports = (events: readonly StoreEvent[]) =>
  events.filter(({ type }) => type === 'unreadable-session').length;

/** Sessions that are damaged or written by a newer version of core: they are treated as missing, and can be ended. */
export const unreadableCases: ConformanceCase[] = [
  {
    ...unreadable,
    id: 'unreadable.missing',
    title:
      'load, update and touch treat an unreadable session as missing and report it, and nothing overwrites it.',
    async run(context) {
      const { store, ids, left } = await withUnreadable(context);
      const { newer, ...damaged } = ids;
      for (const id of Object.values(damaged)) {
        assert.deepEqual(await store.load(id), { id, exists: false, data: {}, flash: {} });
        assert.equal(await store.update(id, keep), false, 'update() of an unreadable session');
        assert.equal(await store.touch(id), false, 'touch() of an unreadable session');
      }
      assert.ok(reports(context.events) >= 3, 'each unreadable session must be reported');
      const refused = await store.load(newer).then(
        () => false,
        (error: unknown) => isStoreError(error, 'INCOMPATIBLE'),
      );
      assert.ok(refused, 'load() of a session that a newer version wrote must reject with INCOMPATIBLE');
      assert.deepEqual(await left(), Object.keys(payloads));
    },
  },
  {
    ...unreadable,
    id: 'unreadable.destroy',
    title: 'destroy() ends a session that is unreadable, or that a newer version wrote.',
    async run(context) {
      const { store, readable, ids, left } = await withUnreadable(context);
      for (const id of Object.values(ids)) {
        await store.destroy(id);
        assert.equal((await store.load(id)).exists, false);
      }
      assert.deepEqual(await left(), [], 'a destroyed session is still stored');
      assert.equal((await store.load(readable)).exists, true);
    },
  },
  {
    ...unreadable,
    id: 'unreadable.subjects',
    level: 'capability',
    claims: 'subjects',
    title: 'list() leaves out unreadable sessions and reports them; destroyAll() ends and counts them.',
    async run(context) {
      const { store, readable, left } = await withUnreadable(context);
      const handles = (await store.list('ada')).map(({ handle }) => handle);
      assert.deepEqual(handles, [sessionKey(readable)]);
      assert.equal(reports(context.events), 4, 'each omitted session must be reported');
      assert.equal(await store.destroyAll('ada', { except: readable }), 4);
      assert.deepEqual(await left(), [], 'an ended session is still stored');
      assert.equal((await store.load(readable)).exists, true);
    },
  },
  {
    ...unreadable,
    id: 'unreadable.counting',
    needs: ['storage', 'scan'],
    title: 'count() and entries() leave out unreadable sessions and report them; clear() ends them.',
    async run(context) {
      const { store, readable, left } = await withUnreadable(context);
      const handles: string[] = [];
      for await (const { handle } of store.entries()) handles.push(handle);
      assert.deepEqual(handles, [sessionKey(readable)]);
      assert.equal(reports(context.events), 4, 'each omitted session must be reported');
      assert.equal(await store.count(), 1);
      assert.equal(await store.clear(), 5, 'clear() must end and count unreadable sessions as well');
      assert.deepEqual(await left(), []);
    },
  },
  {
    ...unreadable,
    id: 'unreadable.gc',
    title: 'gc() collects an unreadable session that has expired, and leaves a live one.',
    async run(context) {
      const { store, left } = await withUnreadable(context);
      await store.gc();
      assert.deepEqual(await left(), Object.keys(payloads), 'a live session was collected');
      context.clock.advance(60);
      // A driver may visit a limited part of its backend per call.
      for (let calls = 0; calls < 20; calls += 1) await store.gc();
      assert.deepEqual(await left(), [], 'an expired session is still stored');
    },
  },
];
