import { createSessionId } from '@store/core';
import { afterEach, expect, it, vi } from 'vitest';
import { startSession } from './start-session.ts';

afterEach(() => {
  vi.useRealTimers();
});

const threeHours = 3 * 3_600_000;
const many = Array.from({ length: 600 }, () => createSessionId());

// The fake timers are set up as in an application's tests: installed once everything is loaded, and never advanced.
it('saves, loads and collects garbage under fake timers that are never advanced', async () => {
  const store = await startSession({ database: ':memory:', cache: false });
  vi.useFakeTimers();
  await Promise.all(many.map((id, n) => store.save(id, { n }, {})));
  for (const id of many.slice(0, 20)) await store.touch(id);
  expect((await store.load(many[1] ?? '')).data).toEqual({ n: 1 });
  vi.setSystemTime(Date.now() + threeHours);
  expect(await store.gc()).toBe(600);
  await store.close();
});

it('does not keep waiting for fake timers after real ones are restored', async () => {
  const store = await startSession({ database: ':memory:', cache: false });
  vi.useFakeTimers();
  const waiting = Promise.all(many.slice(0, 5).map((id) => store.save(id, {}, {})));
  vi.useRealTimers();
  await waiting;
  expect(await store.count()).toBe(5);
  await store.close();
});
