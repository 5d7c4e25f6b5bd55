import { createSessionId } from '@store/core';
import { afterEach, expect, it, vi } from 'vitest';
import { startSession } from './start-session.ts';

afterEach(() => {
  vi.useRealTimers();
});

const threeHours = 3 * 3_600_000;
const many = Array.from({ length: 600 }, () => createSessionId());

// As an application's tests have them: installed once everything is loaded, and never moved on.
it('saves, loads and collects under fake timers that are never moved on', async () => {
  const store = await startSession({ database: ':memory:', cache: false });
  vi.useFakeTimers();
  await Promise.all(many.map((id, n) => store.save(id, { n }, {})));
  for (const id of many.slice(0, 20)) await store.touch(id);
  expect((await store.load(many[1] ?? '')).data).toEqual({ n: 1 });
  vi.setSystemTime(Date.now() + threeHours);
  expect(await store.gc()).toBe(600);
  await store.close();
});

it('is not left waiting for fake timers once the real ones are back', async () => {
  const store = await startSession({ database: ':memory:', cache: false });
  vi.useFakeTimers();
  const waiting = Promise.all(many.slice(0, 5).map((id) => store.save(id, {}, {})));
  vi.useRealTimers();
  await waiting;
  expect(await store.count()).toBe(5);
  await store.close();
});
