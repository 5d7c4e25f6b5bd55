import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../test/fake-clock.ts';
import { createRecordStore, type RecordStorage, sessionKey } from '../driver.ts';
import { createSessionId } from '../index.ts';
import { memoryStorage } from '../memory.ts';

async function threeOfAda() {
  const clock = fakeClock();
  const storage = memoryStorage();
  const store = createRecordStore(storage, { now: clock.now, idleTimeout: 100 });
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
  it('ignores a malformed handle, but rejects a malformed except rather than ending every session', async () => {
    const { store } = await threeOfAda();
    for (const only of ['', '../x', "' OR 1=1 --"]) expect(await store.destroyAll('ada', { only })).toBe(0);
    await expect(store.destroyAll('ada', { except: 'short' })).rejects.toMatchObject({ code: 'INVALID_ID' });
    expect(await store.list('ada')).toHaveLength(3);
  });
});

describe('a subject', () => {
  it.each(['', 'a'.repeat(256), 'nul\0', '\ud800', undefined as never])('%j is rejected', async (subject) => {
    const store = createRecordStore(memoryStorage());
    await expect(store.list(subject)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    await expect(store.destroyAll(subject)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
  });

  it('is UNSUPPORTED on a storage backend that does not store subjects, and the error names the driver', async () => {
    const { listBySubject: _, deleteBySubject: __, ...storage } = memoryStorage();
    const store = createRecordStore(storage as RecordStorage, { name: '@my/driver' });
    const error = { code: 'UNSUPPORTED', message: expect.stringContaining('@my/driver') };
    await expect(store.list('ada')).rejects.toMatchObject(error);
    await expect(store.destroyAll('ada')).rejects.toMatchObject(error);
  });
});
