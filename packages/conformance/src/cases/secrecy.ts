import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import { sessionKey } from '@store/core/driver';
import type { CaseContext } from '../run/case-context.ts';
import { increase, keep } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';

/** The raw content of the backend, as far as the module exposes it. */
async function rawBackend({ module, place }: CaseContext, key: string): Promise<string | undefined> {
  return module.dump ? module.dump(place) : module.peek?.(key, place);
}

/** Takes a session through every operation that writes. @returns the ids it had; the last one is alive */
async function exerciseWrites({ start, instances, claims }: CaseContext): Promise<string[]> {
  const [one, other] = claims.sharedBetweenInstances ? await instances({}, {}) : [await start(), undefined];
  const [id, newId] = [createSessionId(), createSessionId()];
  await one.save(id, { secret: 'tarragon', count: 0 }, {});
  const base = await one.load(id);
  await Promise.all([one.update(id, increase), (other ?? one).update(id, increase, { base })]);
  await one.touch(id);
  await one.update(id, keep, { newId });
  await one.gc();
  return [id, newId];
}

export const secrecyCases: ConformanceCase[] = [
  {
    id: 'ids.not-at-rest',
    level: 'required',
    kinds: ['records'],
    title: 'No session id is at rest: a leaked backend or backup lets no attacker log in.',
    needs: ['rawBackend'],
    async run(context) {
      const ids = await exerciseWrites(context);
      const raw = await rawBackend(context, sessionKey(ids.at(-1) as string));
      assert.ok(raw?.includes('tarragon'), 'dump() or peek() must show what is actually stored');
      for (const id of ids) assert.ok(!raw?.includes(id), 'a session id is at rest');
    },
  },
  {
    id: 'ids.not-at-rest-functions',
    level: 'recommended',
    kinds: ['functions'],
    title: 'No session id is at rest: a driver made of four functions stores under sessionKey(id).',
    needs: ['rawBackend'],
    async run(context) {
      const ids = await exerciseWrites(context);
      const raw = await rawBackend(context, sessionKey(ids.at(-1) as string));
      for (const id of ids) assert.ok(!raw?.includes(id), 'a session id is at rest');
    },
  },
  {
    id: 'move.secret',
    level: 'required',
    kinds: ['records'],
    title: 'A move leaves neither the old id, nor the new id, nor any content behind.',
    needs: ['rawBackend'],
    async run({ start, module, place }) {
      const store = await start();
      const [id, newId] = [createSessionId(), createSessionId()];
      await store.save(id, { secret: 'tarragon' }, { notice: 'chervil' });
      assert.equal(await store.update(id, keep, { newId }), true);
      const whole = await module.dump?.(place);
      const [left, moved] = [
        await module.peek?.(sessionKey(id), place),
        await module.peek?.(sessionKey(newId), place),
      ];
      for (const word of ['tarragon', 'chervil']) {
        assert.ok((whole ?? moved)?.includes(word), 'dump() or peek() must show what is actually stored');
        // A dump also contains the content under the new key.
        assert.ok(!left?.includes(word), 'content is still stored under the old key');
      }
      for (const raw of [whole, left, moved])
        for (const each of [id, newId]) assert.ok(!raw?.includes(each), 'a session id is at rest');
    },
  },
  {
    id: 'destroy.erases',
    level: 'required',
    kinds: ['records'],
    title: 'A destroyed, moved or collected session is no longer stored under its key.',
    needs: ['peek'],
    async run({ start, clock, module, place }) {
      const store = await start({ idleTimeout: 60 });
      const [destroyed, moved, expired] = [createSessionId(), createSessionId(), createSessionId()];
      for (const id of [destroyed, moved, expired]) await store.save(id, { secret: 'tarragon' }, {});
      const keys = [destroyed, moved, expired].map(sessionKey);
      for (const key of keys)
        assert.ok(await module.peek?.(key, place), 'peek() must find a session that was saved');
      await store.destroy(destroyed);
      await store.update(moved, keep, { newId: createSessionId() });
      const mark = (await module.peek?.(sessionKey(moved), place)) ?? '';
      assert.ok(!mark.includes('tarragon'), 'a mark must contain nothing from the session');
      clock.advance(61);
      await store.gc();
      for (const key of keys)
        assert.equal(await module.peek?.(key, place), undefined, 'a record is still stored');
    },
  },
  {
    id: 'events.discreet',
    level: 'required',
    kinds: ['records', 'functions'],
    title: 'Events contain no session id, no key and no content.',
    async run(context) {
      const ids = await exerciseWrites(context);
      const text = JSON.stringify(context.events);
      for (const id of ids) {
        assert.ok(!text.includes(id), 'an event holds a session id');
        assert.ok(!text.includes(sessionKey(id)), 'an event holds a record key');
      }
      assert.ok(!text.includes('tarragon'), 'an event holds content');
    },
  },
];
