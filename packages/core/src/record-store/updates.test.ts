import { describe, expect, it, vi } from 'vitest';
import { fakeClock } from '../../test/fake-clock.ts';
import { overNetwork } from '../../test/over-network.ts';
import { createRecordStore, type SessionRecord, sessionKey } from '../driver.ts';
import { createSessionId, type SessionContent, type StoreEvent } from '../index.ts';
import { memoryStorage } from '../memory.ts';

const id = createSessionId();
const set =
  (key: string, value: number) =>
  ({ data, flash }: SessionContent): SessionContent => ({ data: { ...data, [key]: value }, flash });
const count = ({ data, flash }: SessionContent): SessionContent => ({
  data: { ...data, n: ((data.n as number | undefined) ?? 0) + 1 },
  flash,
});

describe('update', () => {
  it('needs one round trip with a fresh base', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(storage);
    await store.save(id, { a: 1 }, {});
    const base = await store.load(id);
    const read = vi.spyOn(storage, 'read');
    expect(await store.update(id, set('b', 2), { base })).toBe(true);
    expect(read).not.toHaveBeenCalled();
    expect((await store.load(id)).data).toEqual({ a: 1, b: 2 });
  });

  it('keeps all 50 parallel updates in one process, using two writes', async () => {
    const storage = memoryStorage();
    const replace = vi.spyOn(storage, 'replace');
    const store = createRecordStore(overNetwork(storage));
    await store.save(id, {}, {});
    const base = await store.load(id);
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.update(id, set(`k${i}`, i), { base })));
    expect(Object.keys((await store.load(id)).data)).toHaveLength(50);
    expect(replace).toHaveBeenCalledTimes(2);
  });

  it('keeps all 50 parallel updates from two stores on one storage backend, and keeps a counter exact', async () => {
    const storage = overNetwork(memoryStorage());
    const cores = [createRecordStore(storage), createRecordStore(storage)] as const;
    await cores[0].save(id, { n: 0 }, {});
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const store = cores[i % 2] as (typeof cores)[0];
        const base = await store.load(id);
        return store.update(id, (content) => count(set(`k${i}`, i)(content)), { base });
      }),
    );
    expect(outcomes.every(Boolean)).toBe(true);
    const { data } = await cores[0].load(id);
    expect(Object.keys(data)).toHaveLength(51);
    expect(data.n).toBe(50);
  });

  it.each([1, 2, 3, 5, 10])(
    'keeps a counter exact even if the reply to one commit in %i is lost',
    async (nth) => {
      const storage = memoryStorage();
      let writes = 0;
      const events: StoreEvent[] = [];
      const store = createRecordStore(
        overNetwork({
          ...storage,
          replace(key: string, version: number, next: SessionRecord, now: number) {
            const won = storage.replace(key, version, next, now);
            if (++writes % nth === 0) throw new Error('connection lost');
            return won;
          },
        }),
        { onEvent: (event) => events.push(event) },
      );
      await store.save(id, { n: 0 }, {});
      for (let i = 0; i < 20; i++) expect(await store.update(id, count)).toBe(true);
      await Promise.all(Array.from({ length: 20 }, () => store.update(id, count)));
      expect((await store.load(id)).data.n).toBe(40);
      expect(events.some((event) => event.type === 'answer-recovered')).toBe(true);
    },
  );

  it('rejects and writes nothing when the write itself fails', async () => {
    const storage = memoryStorage();
    const store = createRecordStore({
      ...storage,
      replace() {
        throw new Error('disk full');
      },
    });
    await store.save(id, { n: 0 }, {});
    await expect(store.update(id, count)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect((await store.load(id)).data.n).toBe(0);
  });

  it('recovers from a lost reply to a save', async () => {
    const storage = memoryStorage();
    const store = createRecordStore({
      ...storage,
      save(...args) {
        storage.save(...args);
        throw new Error('connection lost');
      },
    });
    await expect(store.save(id, { n: 1 }, {})).resolves.toBeUndefined();
    expect((await store.load(id)).data).toEqual({ n: 1 });
  });

  it('resolves to false for a missing session or a malformed id, and never calls change', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(storage);
    const change = vi.fn((content: SessionContent) => content);
    for (const unknown of [createSessionId(), 'short'])
      expect(await store.update(unknown, change)).toBe(false);
    expect(change).not.toHaveBeenCalled();
    expect(storage.records.size).toBe(0);
  });

  it('does not bring back a session that is destroyed during the update', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(overNetwork(storage));
    for (let round = 0; round < 20; round++) {
      await store.save(id, { n: 0 }, {});
      const base = await store.load(id);
      const updates = Array.from({ length: 5 }, () => store.update(id, count, { base }));
      const destroyed = store.destroy(id);
      await Promise.all([...updates, destroyed]);
      expect(storage.records.size).toBe(0);
      expect(await store.update(id, count, { base })).toBe(false);
    }
  });

  it('rejects only the update whose change throws or returns something other than content', async () => {
    const store = createRecordStore(memoryStorage());
    await store.save(id, {}, {});
    const thrown = new Error('mine');
    const outcomes = await Promise.allSettled([
      store.update(id, set('a', 1)),
      store.update(id, () => {
        throw thrown;
      }),
      store.update(id, ({ flash }) => ({ data: { list: [undefined as never] }, flash })),
      store.update(id, (async (content: SessionContent) => content) as never),
      store.update(id, set('b', 2)),
    ]);
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: true },
      { status: 'rejected', reason: thrown },
      { status: 'rejected', reason: expect.objectContaining({ code: 'INVALID_VALUE' }) },
      { status: 'rejected', reason: expect.objectContaining({ code: 'INVALID_VALUE' }) },
      { status: 'fulfilled', value: true },
    ]);
    expect((await store.load(id)).data).toEqual({ a: 1, b: 2 });
  });

  it('stores what the change returned, even if the caller modifies that object afterwards', async () => {
    const store = createRecordStore(overNetwork(memoryStorage()));
    await store.save(id, {}, {});
    const mine: SessionContent = { data: { cart: ['apple'] }, flash: {} };
    const first = store.update(id, () => mine);
    const second = store.update(id, (current) => {
      (mine.data.cart as string[]).push('never saved');
      return set('b', 2)(current);
    });
    await Promise.all([first, second]);
    expect((await store.load(id)).data).toEqual({ cart: ['apple'], b: 2 });
  });

  it('rejects the base of another session', async () => {
    const store = createRecordStore(memoryStorage());
    await store.save(id, {}, {});
    const base = await store.load(id);
    await expect(store.update(createSessionId(), set('a', 1), { base })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  it('fails with CONFLICT when the session changes during each of 100 attempts', async () => {
    const storage = memoryStorage();
    const replace = vi.fn(() => false);
    const store = createRecordStore({ ...storage, replace });
    await store.save(id, { n: 0 }, {});
    await expect(store.update(id, count)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(replace).toHaveBeenCalledTimes(100);
  });

  it('reads the session first when the base has expired', async () => {
    const clock = fakeClock();
    const store = createRecordStore(memoryStorage(), { now: clock.now, idleTimeout: 10 });
    await store.save(id, { a: 1 }, {});
    const base = await store.load(id);
    clock.advance(9);
    await store.touch(id);
    clock.advance(9);
    expect(await store.update(id, set('b', 2), { base })).toBe(true);
    clock.advance(10);
    expect(await store.update(id, set('c', 3), { base })).toBe(false);
  });

  it('stores the session under a key from which the id cannot be recovered', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(storage);
    await store.save(id, {}, {});
    await store.update(id, set('a', 1));
    expect([...storage.records.keys()]).toEqual([sessionKey(id)]);
  });
});
