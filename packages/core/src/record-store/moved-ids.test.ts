import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../test/fake-clock.ts';
import { overNetwork } from '../../test/over-network.ts';
import { createRecordStore, type RecordStorage, sessionKey } from '../driver.ts';
import { createSessionId, type SessionContent, type SessionStore, type StoreEvent } from '../index.ts';
import { memoryStorage } from '../memory.ts';

const keep = (content: SessionContent) => content;
const count = ({ data, flash }: SessionContent): SessionContent => ({
  data: { ...data, count: ((data.count as number | undefined) ?? 0) + 1 },
  flash,
});

/** A storage backend without the optional functions that move or end a session in one step. */
function plain(storage = memoryStorage()): RecordStorage {
  const { move: _move, deleteSession: _deleteSession, save: _save, ...rest } = storage;
  return rest;
}

async function moved(storage: RecordStorage = memoryStorage(), hops = 1) {
  const clock = fakeClock();
  const store = createRecordStore(storage, { now: clock.now });
  const ids = Array.from({ length: hops + 1 }, createSessionId);
  await store.save(ids[0] as string, { cart: 1 }, {}, { subject: 'ada' });
  for (let hop = 0; hop < hops; hop++) {
    await store.update(ids[hop] as string, keep, { newId: ids[hop + 1] as string });
  }
  return { clock, store, ids, old: ids[0] as string, current: ids.at(-1) as string };
}

describe.each([
  ['with move', () => memoryStorage()],
  ['without move', () => plain()],
])('the old id of a moved session, on a storage backend %s', (_, storage) => {
  it('loads as moved for a minute, and as missing after that', async () => {
    const { store, old, clock } = await moved(storage());
    expect(await store.load(old)).toEqual({ id: old, exists: false, moved: true, data: {}, flash: {} });
    clock.advance(60);
    expect(await store.load(old)).toEqual({ id: old, exists: false, data: {}, flash: {} });
  });

  it('no longer changes anything, even with a base from before the move', async () => {
    const clock = fakeClock();
    const store = createRecordStore(storage(), { now: clock.now });
    const [old, current] = [createSessionId(), createSessionId()];
    await store.save(old, {}, {});
    const base = await store.load(old);
    expect(await store.update(old, keep, { base, newId: current })).toBe(true);
    expect(await store.update(old, count)).toBe(false);
    expect(await store.update(old, count, { base })).toBe(false);
    expect(await store.update(old, count, { base, newId: createSessionId() })).toBe(false);
    expect(await store.touch(old)).toBe(false);
    expect(await store.touch(old, { base })).toBe(false);
    expect(await store.create(old, {}, {})).toBe(false);
    await expect(store.save(old, {}, {})).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await store.load(current)).toMatchObject({ exists: true, data: {} });
    expect(await store.count()).toBe(1);
  });

  it('is free again once its mark has expired', async () => {
    const { store, old, clock } = await moved(storage());
    clock.advance(60);
    expect(await store.create(old, { fresh: true }, {})).toBe(true);
    expect((await store.load(old)).data).toEqual({ fresh: true });
  });

  it('ends the session under its current id, even after several moves and a repeated destroy', async () => {
    for (const which of [0, 1, 2, 3]) {
      const { store, ids } = await moved(storage(), 3);
      await store.destroy(ids[which] as string);
      await store.destroy(ids[which] as string);
      for (const id of ids) expect((await store.load(id)).exists).toBe(false);
      expect(await store.count()).toBe(0);
    }
  });

  it('is neither listed nor counted, and is garbage collected', async () => {
    const from = storage();
    const { store, clock, current } = await moved(from, 3);
    expect(await store.list('ada')).toMatchObject([{ handle: sessionKey(current) }]);
    expect(await store.count()).toBe(1);
    const handles = [];
    for await (const { handle } of store.entries()) handles.push(handle);
    expect(handles).toEqual([sessionKey(current)]);
    clock.advance(60);
    expect(await store.gc()).toBe(3);
    expect((await store.load(current)).exists).toBe(true);
  });

  it('ends the session even after more moves than a write is allowed attempts', async () => {
    const { store, old } = await moved(storage(), 150);
    await store.destroy(old);
    expect(await store.count()).toBe(0);
  });

  it('works as a handle: destroyAll ends the session of that device', async () => {
    const { store, old } = await moved(storage(), 2);
    expect(await store.destroyAll('eve', { only: sessionKey(old) })).toBe(0);
    expect(await store.destroyAll('ada', { only: sessionKey(old) })).toBe(1);
    expect(await store.count()).toBe(0);
  });

  it('spares the session when passed to destroyAll as except', async () => {
    const { store, old, current } = await moved(storage(), 2);
    await store.save(createSessionId(), {}, {}, { subject: 'ada' });
    expect(await store.destroyAll('ada', { except: old })).toBe(1);
    expect((await store.load(current)).exists).toBe(true);
  });
});

describe('a touch with a base from before a move', () => {
  it('resolves to false no matter how long the session lives, and leaves the mark unchanged', async () => {
    for (const idleTimeout of [1, 60, 119, 7200]) {
      const clock = fakeClock();
      const storage = memoryStorage();
      const store = createRecordStore(storage, { now: clock.now, idleTimeout });
      const old = createSessionId();
      await store.save(old, {}, {});
      const base = await store.load(old);
      await store.update(old, keep, { base, newId: createSessionId() });
      expect(await store.touch(old, { base })).toBe(false);
      expect(storage.records.get(sessionKey(old))?.expiresAt).toBe(clock.now() + 60_000);
    }
  });
});

describe('a move in two steps', () => {
  /** Moves a session on a storage backend without `move`; another process interrupts before the mark is stored. */
  async function moveInterruptedBy(
    interrupt: (other: SessionStore, old: string, current: string) => Promise<unknown>,
  ) {
    const storage = memoryStorage();
    const other = createRecordStore(plain(storage));
    const [old, current] = [createSessionId(), createSessionId()];
    const store = createRecordStore({
      ...plain(storage),
      async insert(record, now) {
        if (record.idleTimeout === 0) await interrupt(other, old, current);
        return storage.insert(record, now);
      },
    });
    await store.save(old, {}, {});
    return { other, old, current, moving: store.update(old, keep, { newId: current }) };
  }

  it('rejects when its mark cannot be written, and leaves no session without a mark', async () => {
    const { moving, other } = await moveInterruptedBy(() => Promise.reject(new Error('down')));
    await expect(moving).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await other.count()).toBe(0);
  });

  it('resolves to false and ends the session when a logout with the old id came first', async () => {
    const { moving, other } = await moveInterruptedBy((store, old) => store.destroy(old));
    expect(await moving).toBe(false);
    expect(await other.count()).toBe(0);
  });

  it('ends the session under its current key when it has moved again in between', async () => {
    const { moving, other } = await moveInterruptedBy(async (store, old, current) => {
      await store.update(current, keep, { newId: createSessionId() });
      await store.destroy(old);
    });
    expect(await moving).toBe(false);
    expect(await other.count()).toBe(0);
  });
});

describe('a mark that does not lead to a valid key', () => {
  it('is treated as an unreadable session', async () => {
    const storage = memoryStorage();
    const events: StoreEvent[] = [];
    const store = createRecordStore(storage, { onEvent: (event) => events.push(event) });
    const id = createSessionId();
    await store.save(id, {}, {});
    const key = sessionKey(id);
    const record = storage.records.get(key);
    if (record) storage.records.set(key, { ...record, payload: '{"v":1,"moved":"../../etc/passwd"}' });
    expect(await store.load(id)).toEqual({ id, exists: false, data: {}, flash: {} });
    expect(events.map(({ type }) => type)).toEqual(['unreadable-session']);
    await store.destroy(id);
    expect(storage.records.size).toBe(0);
  });
});

describe('an update that arrives after a move was acknowledged', () => {
  it('resolves to false even in the very next microtask', async () => {
    for (const storage of [memoryStorage(), overNetwork(memoryStorage())]) {
      const store = createRecordStore(storage);
      const [old, current] = [createSessionId(), createSessionId()];
      await store.save(old, {}, {});
      const base = await store.load(old);
      const late = store.update(old, keep, { base, newId: current }).then(() => store.update(old, count));
      const queued = store.update(old, count);
      expect(await Promise.all([late, queued])).toEqual([
        false,
        storage === undefined ? false : expect.any(Boolean),
      ]);
      const { data } = await store.load(current);
      expect(data.count ?? 0).toBe((await queued) ? 1 : 0);
    }
  });
});
