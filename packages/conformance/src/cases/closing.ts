import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import { increase, keep } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { rejectsWith } from './rejects-with.ts';
import { underWay } from './under-way.ts';

const all = ['records', 'functions', 'cookie'] as const;
const servers = ['records', 'functions'] as const;

export const closingCases: ConformanceCase[] = [
  {
    id: 'close.idempotent',
    level: 'required',
    kinds: all,
    title: 'close() may be called twice, even at the same time.',
    async run({ start }) {
      const store = await start();
      await store.cookieValue(createSessionId(), { n: 1 }, {});
      await Promise.all([store.close(), store.close()]);
      await store.close();
    },
  },
  {
    id: 'close.closed',
    level: 'required',
    kinds: all,
    title: 'After close() every method rejects with CLOSED.',
    async run({ start }) {
      const store = await start();
      const id = createSessionId();
      await store.close();
      await rejectsWith('CLOSED', 'load()', store.load(id));
      await rejectsWith('CLOSED', 'save()', store.save(id, {}, {}));
      await rejectsWith('CLOSED', 'update()', store.update(id, keep));
      await rejectsWith('CLOSED', 'touch()', store.touch(id));
      await rejectsWith('CLOSED', 'destroy()', store.destroy(id));
      await rejectsWith('CLOSED', 'gc()', store.gc());
      await rejectsWith('CLOSED', 'cookieValue()', store.cookieValue(id, {}, {}));
      await rejectsWith('CLOSED', 'list()', store.list('ada'));
      await rejectsWith('CLOSED', 'destroyAll()', store.destroyAll('ada'));
    },
  },
  {
    id: 'close.waits',
    level: 'required',
    kinds: servers,
    title: 'close() lets work in progress finish.',
    async run({ start }) {
      const store = await start();
      const ids = Array.from({ length: 10 }, () => createSessionId());
      await Promise.all(ids.map((id) => store.save(id, { count: 0 }, {})));
      const work = underWay(Promise.all(ids.map((id) => store.update(id, increase))));
      await store.close();
      assert.deepEqual(await work, Array(10).fill(true));
    },
  },
  {
    id: 'close.reopen',
    level: 'capability',
    kinds: servers,
    title: 'The next store finds everything that was written before close().',
    claims: 'sharedBetweenInstances',
    async run({ start }) {
      const first = await start();
      const id = createSessionId();
      await first.save(id, { count: 0 }, { notice: 'hi' });
      const counted = underWay(first.update(id, increase));
      await first.close();
      await counted;
      const { data, flash } = await (await start()).load(id);
      assert.deepEqual({ data, flash }, { data: { count: 1 }, flash: { notice: 'hi' } });
    },
  },
  {
    id: 'close.own',
    level: 'capability',
    kinds: servers,
    title: 'close() of one store does not affect another store on the same sessions.',
    claims: 'sharedBetweenInstances',
    async run({ instances }) {
      const [one, other] = await instances({}, {});
      const id = createSessionId();
      await one.save(id, { n: 1 }, {});
      await one.close();
      assert.deepEqual((await other.load(id)).data, { n: 1 });
      assert.equal(await other.update(id, keep), true);
    },
  },
  {
    id: 'instances.apart',
    level: 'capability',
    kinds: servers,
    title: 'Stores without the claim share no sessions: each starts empty, or the second one is rejected.',
    lacks: 'sharedBetweenInstances',
    async run({ start }) {
      const one = await start();
      const id = createSessionId();
      await one.save(id, { n: 1 }, {});
      const other = await start().catch(() => undefined);
      if (other === undefined) return;
      assert.equal(
        (await other.load(id)).exists,
        false,
        'the stores share a session: claim sharedBetweenInstances',
      );
    },
  },
];
