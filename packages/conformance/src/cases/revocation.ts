import assert from 'node:assert/strict';
import { createSessionId, type SessionStore } from '@store/core';
import type { ConformanceCase } from './conformance-case.ts';
import { rejectsWith } from './rejects-with.ts';

const cookie = { level: 'capability', kinds: ['cookie'] } as const;

async function seals(store: SessionStore, count: number, subject: string) {
  const made: { id: string; value: string }[] = [];
  for (let n = 0; n < count; n += 1) {
    const id = createSessionId();
    made.push({ id, value: await store.cookieValue(id, { n }, {}, { subject }) });
  }
  return made as [(typeof made)[0], ...typeof made];
}
/** Seals the content of a cookie again, as the session layer does for a new id or a login. */
async function sealAgain(store: SessionStore, from: string, id: string, isLogin = false): Promise<string> {
  const { data, flash, createdAt, version, family } = await store.load(from);
  assert.ok(family, 'load() must say which family a seal belongs to');
  return store.cookieValue(id, data, flash, {
    subject: 'ada',
    family,
    ...(!isLogin && createdAt !== undefined && { createdAt }),
    ...(!isLogin && version !== undefined && { version }),
  });
}
const alive = async (store: SessionStore, made: { value: string }[]) =>
  Promise.all(made.map(async ({ value }) => (await store.load(value)).exists));

/** How a cookie driver deals with seals that browsers still hold. */
export const revocationCases: ConformanceCase[] = [
  {
    ...cookie,
    id: 'revocation.none',
    lacks: 'revocation',
    title: 'Without revocation, destroy() does nothing: the seal still opens until it expires.',
    async run({ start }) {
      const store = await start();
      const [{ id, value }] = await seals(store, 1, 'ada');
      await store.destroy(id);
      assert.equal((await store.load(value)).exists, true, 'destroy() ended the seal: claim revocation');
    },
  },
  {
    ...cookie,
    id: 'revocation.destroy',
    claims: 'revocation',
    title:
      'destroy() ends every seal of a session and no other, and prevents new ones; a second call is not an error.',
    async run({ start, clock }) {
      const store = await start();
      const [ended, other] = await seals(store, 2, 'ada');
      clock.advance(1);
      const again = await store.cookieValue(ended.id, { n: 'again' }, {});
      await store.destroy(ended.id);
      await store.destroy(ended.id);
      await store.destroy(createSessionId());
      assert.deepEqual(await alive(store, [ended, { value: again }]), [false, false]);
      assert.equal(await store.cookieValue(ended.id, { n: 2 }, {}), '', "cookieValue() must return ''");
      assert.ok(other && (await store.load(other.value)).exists);
    },
  },
  {
    ...cookie,
    id: 'revocation.family',
    claims: 'revocation',
    title:
      'destroy() of any id that a session ever had ends its seals under all its ids, and no other session.',
    async run({ start }) {
      const store = await start();
      for (const [which, isLogin] of [0, 1, 2].flatMap((n) => [[n, false] as const, [n, true] as const])) {
        const [other] = await seals(store, 1, 'ada');
        const chain = await seals(store, 1, 'ada');
        for (const id of [createSessionId(), createSessionId()]) {
          const value = await sealAgain(store, chain.at(-1)?.value ?? '', id, isLogin);
          chain.push({ id, value });
        }
        assert.equal((await alive(store, chain))[2], true, 'the newest seal must open');
        const { family } = await store.load(chain[2]?.value ?? '');
        await store.destroy(chain[which]?.id ?? '');
        const left = await alive(store, chain);
        assert.deepEqual(
          left,
          [false, false, false],
          `ended by id ${which + 1} of 3, but a seal still opens`,
        );
        const late = family === undefined ? {} : { family };
        const sealed = await store.cookieValue(createSessionId(), { late: true }, {}, late);
        const opens = sealed !== '' && (await store.load(sealed)).exists;
        assert.ok(!opens, 'an ended family was sealed again under a new id');
        assert.deepEqual(await alive(store, [other]), [true], 'another session was ended');
      }
    },
  },
  {
    ...cookie,
    id: 'revocation.family-race',
    claims: 'revocation',
    title:
      'A logout holds against a parallel move: once destroy() has resolved, no seal of the session opens.',
    async run({ start }) {
      const store = await start();
      for (let round = 0; round < 100; round += 1) {
        const [{ id, value }] = await seals(store, 1, 'ada');
        const { family, version } = await store.load(value);
        const kept = { ...(family !== undefined && { family }), ...(version !== undefined && { version }) };
        const seal = () => store.cookieValue(createSessionId(), { n: 1 }, {}, { subject: 'ada', ...kept });
        const end = () => store.destroy(id).then(() => '');
        const calls = round % 2 ? [seal, end] : [end, seal];
        const sealed = await Promise.all(calls.map((call) => call()));
        const left = await alive(
          store,
          [...sealed, value].map((each) => ({ value: each })),
        );
        assert.deepEqual(left, [false, false, false], 'destroy() resolved, but a seal of the session opens');
      }
    },
  },
  {
    ...cookie,
    id: 'revocation.one-new-id',
    claims: 'revocation',
    title: "If one session gets several new ids at the same moment, one wins and the others get ''.",
    async run({ start }) {
      const store = await start();
      for (let round = 0; round < 20; round += 1) {
        const [{ value }] = await seals(store, 1, 'ada');
        const ids = Array.from({ length: 5 }, createSessionId);
        const sealed = await Promise.all(ids.map((id) => sealAgain(store, value, id, round % 2 === 1)));
        const won = sealed.filter((each) => each !== '');
        assert.equal(won.length, 1, `${won.length} of 5 new ids were given to one session`);
        const left = await alive(
          store,
          [...won, value].map((each) => ({ value: each })),
        );
        assert.deepEqual(left, [true, false], 'the winning seal must open, and the old one must not');
      }
    },
  },
  {
    ...cookie,
    id: 'revocation.moved',
    claims: 'revocation',
    title:
      "For a minute, load() of a moved session's old seal returns moved: true; after that it is no session.",
    async run({ start, clock }) {
      const store = await start();
      const [moved, ended] = await seals(store, 2, 'ada');
      const value = await sealAgain(store, moved.value, createSessionId());
      await store.destroy(ended?.id ?? '');
      const found = async () => {
        const values = [moved.value, ended?.value ?? '', value];
        const stored = await Promise.all(values.map((each) => store.load(each)));
        return stored.map((each) => (each.exists ? 'alive' : each.moved === true ? 'moved' : 'missing'));
      };
      assert.deepEqual(await found(), ['moved', 'missing', 'alive']);
      clock.advance(59);
      assert.deepEqual(await found(), ['moved', 'missing', 'alive'], 'after 59 seconds');
      clock.advance(2);
      assert.deepEqual(await found(), ['missing', 'missing', 'alive'], 'after 61 seconds');
    },
  },
  {
    ...cookie,
    id: 'revocation.lasts',
    claims: 'revocation',
    title: 'A revocation lasts until the seal would have expired.',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 600 });
      const [{ id, value }] = await seals(store, 1, 'ada');
      await store.destroy(id);
      for (let minute = 0; minute < 10; minute += 1) {
        assert.equal((await store.load(value)).exists, false);
        await store.gc();
        clock.advance(60);
      }
    },
  },
  {
    ...cookie,
    id: 'revocation.subjects',
    claims: 'subjects',
    title:
      "destroyAll() ends every seal of a subject, or all but one session's, and no other; later seals open.",
    async run({ start, clock }) {
      const store = await start();
      const mine = await seals(store, 3, 'ada');
      const others = await seals(store, 1, 'grace');
      clock.advance(1);
      await store.destroyAll('ada', { except: mine[0].id });
      assert.deepEqual(await alive(store, mine), [true, false, false]);
      clock.advance(1);
      await store.destroyAll('ada');
      assert.deepEqual(await alive(store, mine), [false, false, false]);
      assert.deepEqual(await alive(store, others), [true]);
      clock.advance(1);
      assert.deepEqual(await alive(store, await seals(store, 1, 'ada')), [true]);
    },
  },
  {
    ...cookie,
    id: 'revocation.failure',
    level: 'required',
    claims: 'revocation',
    needs: ['breakBackend'],
    title:
      'While revocations cannot be read, load() and destroy() reject with UNAVAILABLE, and recover afterwards.',
    async run({ start, module, place }) {
      const store = await start();
      const [{ id, value }] = await seals(store, 1, 'ada');
      await module.breakBackend?.(place);
      try {
        await rejectsWith('UNAVAILABLE', 'load()', store.load(value));
        await rejectsWith('UNAVAILABLE', 'destroy()', store.destroy(id));
      } finally {
        await module.mendBackend?.(place);
      }
      assert.equal((await store.load(value)).exists, true);
      await store.destroy(id);
      assert.equal((await store.load(value)).exists, false);
    },
  },
];
