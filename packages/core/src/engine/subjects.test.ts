import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../test/fake-clock.ts';
import { memoryStorage } from '../../test/memory-storage.ts';
import { createRecordStore, type RecordStorage, sessionKey } from '../driver.ts';
import { createSessionId } from '../index.ts';

async function threeOfAda() {
  const clock = fakeClock();
  const storage = memoryStorage();
  const store = createRecordStore(storage, { ...clock, idleTimeout: 100 });
  const ids = [];
  for (const device of ['phone', 'laptop', 'tablet']) {
    const id = createSessionId();
    await store.save(id, { device }, {}, { subject: 'ada' });
    ids.push(id);
    clock.advance(10);
  }
  const other = createSessionId();
  await store.save(other, {}, {}, { subject: 'grace' });
  return { ...clock, storage, store, ids: ids as [string, string, string], other };
}

describe('list', () => {
  it('answers the live sessions of the subject, newest first, without their ids', async () => {
    const { store, ids, now } = await threeOfAda();
    const sessions = await store.list('ada');
    expect(sessions.map(({ data }) => data.device)).toEqual(['tablet', 'laptop', 'phone']);
    expect(sessions[0]).toEqual({
      handle: sessionKey(ids[2]),
      createdAt: now() - 10_000,
      expiresAt: now() + 90_000,
      data: { device: 'tablet' },
    });
    for (const id of ids) expect(JSON.stringify(sessions)).not.toContain(id);
  });

  it('leaves out expired and unreadable sessions', async () => {
    const { store, storage, ids, advance } = await threeOfAda();
    const record = storage.records.get(sessionKey(ids[2]));
    if (record) storage.records.set(record.key, { ...record, payload: 'garbage' });
    advance(70);
    expect((await store.list('ada')).map(({ data }) => data.device)).toEqual(['laptop']);
    expect(await store.list('nobody')).toEqual([]);
  });
});

describe('destroyAll', () => {
  it('ends every session of the subject and no other', async () => {
    const { store, other } = await threeOfAda();
    expect(await store.destroyAll('ada')).toBe(3);
    expect(await store.list('ada')).toEqual([]);
    expect((await store.load(other)).exists).toBe(true);
  });

  it('spares the session given as except', async () => {
    const { store, ids } = await threeOfAda();
    expect(await store.destroyAll('ada', { except: ids[1] })).toBe(2);
    expect((await store.load(ids[1])).exists).toBe(true);
  });

  it('ends only the device whose handle is given, and only if it belongs to the subject', async () => {
    const { store, ids, other } = await threeOfAda();
    const [tablet] = await store.list('ada');
    expect(await store.destroyAll('grace', { only: tablet?.handle as string })).toBe(0);
    expect(await store.destroyAll('ada', { only: sessionKey(other) })).toBe(0);
    expect(await store.destroyAll('ada', { only: tablet?.handle as string })).toBe(1);
    expect((await store.load(ids[2])).exists).toBe(false);
    expect(await store.list('ada')).toHaveLength(2);
  });

  it('takes a handle that cannot be one for no session, and refuses a malformed except rather than sparing nobody', async () => {
    const { store } = await threeOfAda();
    for (const only of ['', '../x', "' OR 1=1 --"]) expect(await store.destroyAll('ada', { only })).toBe(0);
    await expect(store.destroyAll('ada', { except: 'short' })).rejects.toMatchObject({ code: 'INVALID_ID' });
    expect(await store.list('ada')).toHaveLength(3);
  });
});

describe('a subject', () => {
  it.each(['', 'a'.repeat(256), 'nul\0', '\ud800', undefined as never])('%j is refused', async (subject) => {
    const store = createRecordStore(memoryStorage());
    await expect(store.list(subject)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    await expect(store.destroyAll(subject)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
  });

  it('of a storage that keeps none is UNSUPPORTED, naming the driver', async () => {
    const { listBySubject: _, deleteBySubject: __, ...storage } = memoryStorage();
    const store = createRecordStore(storage as RecordStorage, { name: '@my/driver' });
    const error = { code: 'UNSUPPORTED', message: expect.stringContaining('@my/driver') };
    await expect(store.list('ada')).rejects.toMatchObject(error);
    await expect(store.destroyAll('ada')).rejects.toMatchObject(error);
  });
});
