import { describe, expect, it, vi } from 'vitest';
import { fakeClock } from '../../test/fake-clock.ts';
import { createRecordStore, type RecordStorage, type SessionRecord, sessionKey } from '../driver.ts';
import { createSessionId, type StoreEvent } from '../index.ts';
import { memoryStorage } from '../memory.ts';

const id = createSessionId();

describe('a record store', () => {
  it('names a function that is missing from the storage', () => {
    const { touch: _, ...storage } = memoryStorage();
    expect(() => createRecordStore(storage as unknown as RecordStorage, { name: '@my/driver' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: '[@my/driver] storage.touch must be a function, not undefined.',
      }),
    );
  });

  it('passes a hashed key to the storage and never the id', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(storage);
    await store.save(id, { name: 'Ada' }, {}, { subject: 'ada' });
    expect([...storage.records.keys()]).toEqual([sessionKey(id)]);
    expect(JSON.stringify([...storage.records.values()])).not.toContain(id);
  });

  it('turns a thrown value into UNAVAILABLE, with the value as cause but without its text', async () => {
    const cause = new Error(`row ${sessionKey(id)} of payload {"secret":1}`);
    const fail = () => {
      throw cause;
    };
    const store = createRecordStore({ ...memoryStorage(), read: fail, delete: fail, deleteExpired: fail });
    const calls = [
      store.load(id),
      store.destroy(id),
      store.gc(),
      store.update(id, (c) => c),
      store.touch(id),
    ];
    for (const call of calls) {
      const error = await call.catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'UNAVAILABLE', cause });
      expect((error as Error).message).not.toMatch(/secret|row/);
    }
  });

  it('returns the id as the cookie value, and rejects a malformed id', async () => {
    const store = createRecordStore(memoryStorage());
    expect(await store.cookieValue(id, {}, {})).toBe(id);
    await expect(store.cookieValue('short', {}, {})).rejects.toMatchObject({ code: 'INVALID_ID' });
  });
});

describe('load', () => {
  it('returns everything that is stored about the session', async () => {
    const { now } = fakeClock();
    const store = createRecordStore(memoryStorage(), { now, idleTimeout: 100 });
    await store.save(id, { cart: [1] }, { notice: 'hi' }, { subject: 'ada', idleTimeout: 50 });
    expect(await store.load(id)).toEqual({
      id,
      exists: true,
      data: { cart: [1] },
      flash: { notice: 'hi' },
      createdAt: now(),
      expiresAt: now() + 50_000,
      subject: 'ada',
      idleTimeout: 50,
      version: expect.any(Number),
    });
  });

  it('treats a malformed id as a missing session', async () => {
    const read = vi.fn(() => undefined);
    const store = createRecordStore({ ...memoryStorage(), read });
    for (const unknown of [createSessionId(), 'short', '../../etc/passwd', '', undefined as never]) {
      expect(await store.load(unknown)).toEqual({ id: unknown, exists: false, data: {}, flash: {} });
    }
    expect(read).toHaveBeenCalledOnce();
  });

  it('treats a damaged payload as a missing session, and reports it', async () => {
    const storage = memoryStorage();
    const events: StoreEvent[] = [];
    const store = createRecordStore(storage, { onEvent: (event) => events.push(event), name: 'mine' });
    await store.save(id, { name: 'Ada' }, {});
    const record = storage.records.get(sessionKey(id)) as SessionRecord;
    storage.records.set(record.key, { ...record, payload: record.payload.slice(0, -3) });
    expect((await store.load(id)).exists).toBe(false);
    expect(await store.update(id, (content) => content)).toBe(false);
    expect(events[0]).toMatchObject({ type: 'unreadable-session', store: 'mine' });
  });

  it('rejects a payload from a newer version, so that a rolling deploy does not log anyone out', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(storage);
    await store.save(id, {}, {});
    const record = storage.records.get(sessionKey(id)) as SessionRecord;
    storage.records.set(record.key, { ...record, payload: '{"v":2}' });
    await expect(store.load(id)).rejects.toMatchObject({ code: 'INCOMPATIBLE' });
    await expect(store.update(id, (content) => content)).rejects.toMatchObject({ code: 'INCOMPATIBLE' });
    expect(storage.records.get(record.key)?.payload).toBe('{"v":2}');
  });

  it('survives an onEvent that throws', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(storage, {
      onEvent() {
        throw new Error('listener');
      },
    });
    await store.save(id, {}, {});
    const record = storage.records.get(sessionKey(id)) as SessionRecord;
    storage.records.set(record.key, { ...record, payload: '' });
    expect((await store.load(id)).exists).toBe(false);
  });
});

describe('save', () => {
  it('rejects a malformed id and invalid values, subjects and timeouts, and writes nothing', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(storage);
    await expect(store.save('short', {}, {})).rejects.toMatchObject({ code: 'INVALID_ID' });
    await expect(store.save(id, { at: new Date() as never }, {})).rejects.toMatchObject({
      code: 'INVALID_VALUE',
      message: expect.stringContaining('data.at is a Date'),
    });
    for (const subject of ['', 'a'.repeat(256), 'nul\0', '\ud800', 7 as never]) {
      await expect(store.save(id, {}, {}, { subject })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    }
    for (const idleTimeout of [0, -1, 1.5, Number.NaN, 2 ** 31, '60' as never]) {
      await expect(store.save(id, {}, {}, { idleTimeout })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    }
    expect(storage.records.size).toBe(0);
  });
});
