import { createSessionId, type StoreEvent } from '@store/core';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../test/fake-clock.ts';
import { startSession } from './start-session.ts';

const [oldest, old, current] = ['1', '2', '3'].map(
  (number) => `password ${number} of at least 32 characters`,
) as [string, string, string];
const id = createSessionId();
const keyOf = (value: string) => value.split('*')[1];

describe('several passwords', () => {
  it('open cookies that any of them sealed, and seal with the first', async () => {
    const values = await Promise.all(
      [oldest, old, current].map(async (password) =>
        (await startSession({ password, cache: false })).cookieValue(id, { by: password }, {}),
      ),
    );
    const store = await startSession({ password: [current, old, oldest], cache: false });
    for (const value of values) expect((await store.load(value)).exists).toBe(true);
    expect(keyOf(await store.cookieValue(id, {}, {}))).toBe(keyOf(values[2] as string));
  });

  it('do not log anyone out when a new one is put first, even if others have ids', async () => {
    const value = await (await startSession({ password: old, cache: false })).cookieValue(id, {}, {});
    const store = await startSession({
      password: [{ id: 'v3', secret: current }, old, oldest],
      cache: false,
    });
    expect(await store.load(value)).toMatchObject({ exists: true, renew: true });
    expect(keyOf(await store.cookieValue(id, {}, {}))).toBe('v3');
  });

  it('do not log anyone out when one of them is given an id', async () => {
    const value = await (await startSession({ password: old, cache: false })).cookieValue(id, {}, {});
    const store = await startSession({ password: [{ id: 'v2', secret: old }], cache: false });
    const stored = await store.load(value);
    expect(stored.exists).toBe(true);
    expect(stored).not.toHaveProperty('renew');
  });

  it('cause a cookie to be sealed again, and report that, only if an old password sealed it', async () => {
    const events: StoreEvent[] = [];
    const before = await startSession({ password: [{ id: 'v2', secret: old }], cache: false });
    const store = await startSession({
      password: [current, { id: 'v2', secret: old }],
      cache: false,
      onEvent: (event) => events.push(event),
    });
    const stored = await store.load(await before.cookieValue(id, { a: 1 }, {}));
    expect(stored).toMatchObject({ data: { a: 1 }, renew: true });
    expect(events).toEqual([
      { type: 'old-password', store: '@store/cookie', reason: expect.stringContaining('password v2 ') },
    ]);
    expect(await store.load(await store.cookieValue(id, stored.data, {}))).not.toHaveProperty('renew');
    expect(events).toHaveLength(1);
  });

  it('open nothing from retireAfter on, to the millisecond', async () => {
    const clock = fakeClock();
    const retireAfter = new Date(clock.now() + 60_000);
    const value = await (await startSession({ password: old, cache: false, now: clock.now })).cookieValue(
      id,
      {},
      {},
    );
    const store = await startSession({
      password: [current, { secret: old, retireAfter }],
      cache: false,
      now: clock.now,
    });
    clock.advance(59.999);
    expect((await store.load(value)).exists).toBe(true);
    clock.advance(0.001);
    expect((await store.load(value)).exists).toBe(false);
  });

  it('may stay configured after they have retired', async () => {
    const password = [current, { secret: old, retireAfter: new Date(0) }];
    const store = await startSession({ password, cache: false });
    const value = await (await startSession({ password: old, cache: false })).cookieValue(id, {}, {});
    expect((await store.load(value)).exists).toBe(false);
  });
});
