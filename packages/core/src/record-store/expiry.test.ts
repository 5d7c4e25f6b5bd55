import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../test/fake-clock.ts';
import { overNetwork } from '../../test/over-network.ts';
import { createRecordStore, type SessionRecord, type StoreOptions, sessionKey } from '../driver.ts';
import { createSessionId } from '../index.ts';
import { memoryStorage } from '../memory.ts';

const id = createSessionId();

async function begin(options: StoreOptions, ownIdleTimeout?: number) {
  const clock = fakeClock();
  const storage = memoryStorage();
  const store = createRecordStore(storage, { now: clock.now, ...options });
  await store.save(id, {}, {}, ownIdleTimeout === undefined ? {} : { idleTimeout: ownIdleTimeout });
  const alive = async () => (await store.load(id)).exists;
  return { ...clock, storage, store, alive };
}

describe('the idle timeout', () => {
  it('is 7200 seconds unless set', async () => {
    const { store, now } = await begin({});
    expect(store.timeouts).toMatchObject({ idleTimeout: 7200, absoluteTimeout: 2_592_000 });
    expect(store.timeouts.now()).toBe(now());
    expect((await store.load(id)).expiresAt).toBe(now() + 7_200_000);
  });
});

describe('the absolute timeout', () => {
  it('caps the idle timeout of a single session', async () => {
    const { store, now } = await begin({ absoluteTimeout: 100 }, 600);
    expect((await store.load(id)).expiresAt).toBe(now() + 100_000);
  });

  it('applies to stored sessions as soon as it is lowered', async () => {
    const { storage, now, advance } = await begin({ idleTimeout: 600 });
    const stricter = createRecordStore(storage, { now, idleTimeout: 600, absoluteTimeout: 30 });
    expect(await stricter.load(id)).toMatchObject({ exists: true, expiresAt: now() + 30_000 });
    const base = await stricter.load(id);
    advance(30);
    expect((await stricter.load(id)).exists).toBe(false);
    expect(await stricter.touch(id, { base })).toBe(false);
    expect(await stricter.update(id, (content) => content, { base })).toBe(false);
  });
});

describe('touch', () => {
  it('writes only the expiry, in one round trip with a base', async () => {
    const { storage, store, now, advance } = await begin({ idleTimeout: 600 });
    const base = await store.load(id);
    const before = storage.records.get(sessionKey(id));
    advance(10);
    storage.read = () => {
      throw new Error('read');
    };
    expect(await store.touch(id, { base })).toBe(true);
    expect(storage.records.get(sessionKey(id))).toEqual({ ...before, expiresAt: now() + 600_000 });
  });

  it('reads the session when the base has expired, since another process may have touched it', async () => {
    const { store, advance } = await begin({ idleTimeout: 60 });
    const base = await store.load(id);
    advance(50);
    await store.touch(id);
    advance(20);
    expect(await store.touch(id, { base })).toBe(true);
    advance(59);
    expect((await store.load(id)).exists).toBe(true);
  });

  it('resolves to true for a session that expires sooner than its base, and extends it', async () => {
    for (const storage of [memoryStorage(), overNetwork(memoryStorage())]) {
      const { now, advance } = fakeClock();
      const store = createRecordStore(storage, { now, idleTimeout: 600 });
      await store.save(id, {}, {});
      const base = await store.load(id);
      await store.save(id, {}, {}, { idleTimeout: 60 });
      advance(50);
      expect(await store.touch(id, { base })).toBe(true);
      expect((await store.load(id)).expiresAt).toBe(now() + 60_000);
    }
  });

  it('resolves to false for an unreadable session', async () => {
    const { storage, store } = await begin({});
    const record = storage.records.get(sessionKey(id)) as SessionRecord;
    storage.records.set(record.key, { ...record, payload: 'garbage' });
    expect(await store.touch(id)).toBe(false);
    expect(storage.records.get(record.key)?.expiresAt).toBe(record.expiresAt);
  });
});

describe('invalid timeouts', () => {
  it.each([
    ['idleTimeout', { idleTimeout: 0 }],
    ['idleTimeout', { idleTimeout: 0.5 }],
    ['idleTimeout', { idleTimeout: '60' as never }],
    ['idleTimeout', { idleTimeout: Number.POSITIVE_INFINITY }],
    ['absoluteTimeout', { absoluteTimeout: -1 }],
    ['absoluteTimeout', { absoluteTimeout: null as never }],
    ['now', { now: Date.now() as never }],
    ['onEvent', { onEvent: 5 as never }],
  ])('are rejected with the name of the option: %s', (option, options) => {
    expect(() => createRecordStore(memoryStorage(), options)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`${option} must be`),
      }),
    );
  });

  it('include a clock that does not return a time', async () => {
    const store = createRecordStore(memoryStorage(), { now: () => Number.NaN });
    await expect(store.load(id)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});
