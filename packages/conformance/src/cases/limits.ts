import assert from 'node:assert/strict';
import { createSessionId, isStoreError, type SessionStore } from '@store/core';
import { keep, set } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { rejectsWith } from './rejects-with.ts';

const all = ['records', 'functions', 'cookie'] as const;
const large = 'tarragon'.repeat(200);

function assertTellsKeys(error: Error): void {
  assert.ok(error.message.includes('manuscript'), 'TOO_LARGE must name the largest key');
  assert.ok(!error.message.includes('tarragon'), 'TOO_LARGE must not show what is stored');
}

/** The limits on a session's size and age, and `expireOnClose`. */
export const limitCases: ConformanceCase[] = [
  {
    id: 'limits.too-large',
    level: 'required',
    kinds: ['records', 'functions'],
    title:
      'A session larger than maxBytes is rejected with TOO_LARGE and its largest keys, and nothing is written.',
    async run({ start }) {
      const store = await start({ maxBytes: 1000 });
      const [id, other] = [createSessionId(), createSessionId()];
      await store.save(id, { n: 1 }, {});
      const before = await store.load(id);
      const data = { n: 2, manuscript: large };
      const attempts: [string, () => Promise<unknown>][] = [
        ['save() of a new session', () => store.save(other, data, {})],
        ['save() over a session', () => store.save(id, data, {})],
        ['save() of flash', () => store.save(id, {}, { manuscript: large })],
        ['create()', () => store.create(other, data, {})],
        ['update()', () => store.update(id, set('manuscript', large))],
        ['update({ newId })', () => store.update(id, set('manuscript', large), { newId: other })],
      ];
      for (const [doing, attempt] of attempts) {
        assertTellsKeys(await rejectsWith('TOO_LARGE', doing, attempt()));
        assert.deepEqual(await store.load(id), before, `${doing} was refused, but wrote`);
        assert.equal((await store.load(other)).exists, false, `${doing} was refused, but wrote`);
      }
      await store.save(id, { manuscript: large.slice(0, 800) }, {});
    },
  },
  {
    id: 'limits.cookie-too-large',
    level: 'required',
    kinds: ['cookie'],
    title:
      'cookieValue() of a session larger than maxBytes rejects with TOO_LARGE and names its largest keys.',
    async run({ start }) {
      const store = await start({ maxBytes: 1000 });
      const seal = (data: { [key: string]: string }) => store.cookieValue(createSessionId(), data, {});
      assertTellsKeys(await rejectsWith('TOO_LARGE', 'cookieValue()', seal({ manuscript: large })));
      await seal({ manuscript: 'short' });
    },
  },
  {
    id: 'limits.default-size',
    level: 'required',
    kinds: ['records', 'functions'],
    title: 'By default a session may have up to 1 MiB of payload, measured in bytes of UTF-8.',
    async run({ start }) {
      const store = await start();
      const id = createSessionId();
      const text = 'é'.repeat((1_048_576 - 100) / 2);
      // A backend may accept less, but must then reject with TOO_LARGE.
      const refused = await store.save(id, { text }, {}).catch((error: unknown) => error);
      if (refused !== undefined && !isStoreError(refused, 'TOO_LARGE')) throw refused;
      const stored = refused === undefined ? text : undefined;
      assert.ok((await store.load(id)).data.text === stored, 'the whole text must be returned');
      const tooLong = { text: `${text}${'é'.repeat(60)}` };
      await rejectsWith('TOO_LARGE', 'save()', store.save(id, tooLong, {}));
    },
  },
  {
    id: 'limits.default-age',
    level: 'required',
    kinds: all,
    title: 'A session ends after 30 days however much it is used, unless absoluteTimeout is false.',
    async run({ start, kind }) {
      const limited = await start();
      const { absoluteTimeout } = limited.timeouts;
      assert.equal(absoluteTimeout, 2_592_000, 'absoluteTimeout must be 30 days by default');
      await limited.close();
      const unlimited = await start({ absoluteTimeout: false });
      assert.equal(unlimited.timeouts.absoluteTimeout, false, 'absoluteTimeout: false must be passed on');
      assert.equal(unlimited.kind, kind === 'cookie' ? 'cookie' : 'server');
    },
  },
  {
    id: 'limits.expire-on-close',
    level: 'required',
    kinds: ['records'],
    title: 'update, touch and newId keep expireOnClose until an update changes it.',
    async run({ start }) {
      const store = await start();
      const [plain, id, newId] = [createSessionId(), createSessionId(), createSessionId()];
      const ofStored = async (which: string, of: SessionStore = store) =>
        (await of.load(which)).expireOnClose;
      await store.save(plain, {}, {});
      assert.equal(await ofStored(plain), undefined);
      await store.save(id, { n: 1 }, {}, { expireOnClose: true });
      assert.equal(await ofStored(id), true);
      await store.update(id, set('n', 2));
      await store.update(id, set('n', 3), { base: await store.load(id) });
      await store.touch(id);
      assert.equal(await ofStored(id), true, 'update() must keep expireOnClose');
      await store.update(id, keep, { newId });
      assert.equal(await ofStored(newId), true, 'newId must keep expireOnClose');
      await store.update(newId, keep, { expireOnClose: false });
      assert.equal(await ofStored(newId), false);
    },
  },
  {
    id: 'limits.cookie-expire-on-close',
    level: 'required',
    kinds: ['cookie'],
    title: 'expireOnClose travels in the cookie.',
    async run({ start }) {
      const store = await start();
      for (const expireOnClose of [true, false]) {
        const value = await store.cookieValue(createSessionId(), { n: 1 }, {}, { expireOnClose });
        assert.equal((await store.load(value)).expireOnClose, expireOnClose);
      }
      const plain = await store.cookieValue(createSessionId(), { n: 1 }, {});
      assert.equal((await store.load(plain)).expireOnClose, undefined);
    },
  },
];
