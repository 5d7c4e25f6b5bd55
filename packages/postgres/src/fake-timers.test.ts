import { createSessionId } from '@store/core';
import pg from 'pg';
import { afterEach, expect, it, vi } from 'vitest';
import { freshSchema, url } from '../test/fresh-schema.ts';
import { startSession } from './start-session.ts';

afterEach(() => {
  vi.useRealTimers();
});

const threeHours = 3 * 3_600_000;
const many = Array.from({ length: 100 }, () => createSessionId());

// As in an application's tests: installed after all modules have loaded, and never advanced.
it('saves, loads and collects under fake timers that are never advanced', async () => {
  const store = await startSession({ connectionString: url, schema: freshSchema(), cache: false });
  vi.useFakeTimers();
  await Promise.all(many.map((id, n) => store.save(id, { n }, {})));
  for (const id of many.slice(0, 20)) await store.touch(id);
  expect((await store.load(many[1] ?? '')).data).toEqual({ n: 1 });
  vi.setSystemTime(Date.now() + threeHours);
  expect(await store.gc()).toBe(many.length);
  await store.close();
});

it('times out under fake timers', async () => {
  const schema = freshSchema();
  const options = { connectionString: url, schema, statementTimeout: 0.3, cache: false };
  const store = await startSession(options);
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  await holder.query(`begin; lock table ${pg.escapeIdentifier(schema)}.sessions in access exclusive mode`);
  vi.useFakeTimers();
  await expect(store.list('ann')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  vi.useRealTimers();
  await holder.end();
  await store.close();
});
