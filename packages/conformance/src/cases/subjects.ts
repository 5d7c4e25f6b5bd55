import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import { sessionKey } from '@store/core/driver';
import { keep } from './changes.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { devicesOf, saveDevices } from './devices.ts';
import { rejectsWith } from './rejects-with.ts';

const records = ['records'] as const;
const oddSubjects = [
  'Ada',
  'ada',
  'ada ',
  ' ada',
  'ad_',
  'ad%',
  'ad*',
  'é',
  'e\u0301',
  '🦶',
  '__proto__',
  "o'brien",
  'a/b',
  'a:b',
  '../a',
  '42',
  '042',
  'x'.repeat(255),
  'x'.repeat(254),
  '漢'.repeat(255),
];

export const subjectCases: ConformanceCase[] = [
  {
    id: 'subjects.unsupported',
    level: 'capability',
    kinds: ['records', 'functions', 'cookie'],
    title: 'Without subjects, list() and destroyAll() are UNSUPPORTED.',
    lacks: 'subjects',
    async run({ start }) {
      const store = await start();
      await rejectsWith('UNSUPPORTED', 'list()', store.list('ada'));
      await rejectsWith('UNSUPPORTED', 'destroyAll()', store.destroyAll('ada'));
    },
  },
  {
    id: 'subjects.list',
    level: 'capability',
    kinds: records,
    title: "list() returns a subject's live sessions, newest first, with a handle and without an id.",
    claims: 'subjects',
    async run({ start, clock }) {
      const store = await start({ idleTimeout: 100 });
      const [phone, laptop] = [createSessionId(), createSessionId()];
      await store.save(phone, { device: 'phone' }, { notice: 'hi' }, { subject: 'ada' });
      clock.advance(10);
      await store.save(laptop, { device: 'laptop' }, {}, { subject: 'ada' });
      await saveDevices(store, 'grace', ['tablet']);
      await store.save(createSessionId(), { device: 'nobody' }, {});
      const now = clock.now();
      const newer = {
        handle: sessionKey(laptop),
        createdAt: now,
        expiresAt: now + 100_000,
        data: { device: 'laptop' },
      };
      const older = {
        handle: sessionKey(phone),
        createdAt: now - 10_000,
        expiresAt: now + 90_000,
        data: { device: 'phone' },
      };
      assert.deepEqual(await store.list('ada'), [newer, older]);
      assert.deepEqual(await store.list('nobody'), []);
      clock.advance(90);
      assert.deepEqual(await store.list('ada'), [newer]);
    },
  },
  {
    id: 'subjects.follows',
    level: 'capability',
    kinds: records,
    title:
      'A session is listed only under its current subject, even after an update or a move, and not after its end.',
    claims: 'subjects',
    async run({ start }) {
      const store = await start();
      const [id, newId] = [createSessionId(), createSessionId()];
      await store.save(id, { device: 'phone' }, {});
      await store.update(id, keep, { subject: 'ada' });
      assert.deepEqual(await devicesOf(store, 'ada'), ['phone']);
      await store.update(id, keep, { subject: 'grace' });
      assert.deepEqual([await devicesOf(store, 'ada'), await devicesOf(store, 'grace')], [[], ['phone']]);
      await store.update(id, keep, { newId });
      assert.deepEqual(
        (await store.list('grace')).map(({ handle }) => handle),
        [sessionKey(newId)],
      );
      await store.save(newId, { device: 'laptop' }, {}, { subject: 'ada' });
      assert.deepEqual([await devicesOf(store, 'ada'), await devicesOf(store, 'grace')], [['laptop'], []]);
      await store.destroy(newId);
      assert.deepEqual(await store.list('ada'), []);
    },
  },
  {
    id: 'subjects.exact',
    level: 'capability',
    kinds: records,
    title: 'Subjects are compared exactly: case, spaces, accents, wildcards, and up to all 255 characters.',
    claims: 'subjects',
    async run({ start }) {
      const store = await start();
      for (const subject of oddSubjects) await saveDevices(store, subject, [subject]);
      for (const subject of oddSubjects) assert.deepEqual(await devicesOf(store, subject), [subject]);
      for (const [n, subject] of oddSubjects.entries()) {
        assert.equal(await store.destroyAll(subject), 1);
        const next = oddSubjects[n + 1];
        if (next !== undefined) assert.deepEqual(await devicesOf(store, next), [next]);
      }
    },
  },
];
