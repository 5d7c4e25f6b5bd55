import { describe, expect, it } from 'vitest';
import { createRecordStore, type RecordStorage, type SessionRecord, sessionKey } from '../driver.ts';
import { createSessionId, type SessionContent, type StoreEvent } from '../index.ts';
import { memoryStorage } from '../memory.ts';

const keep = (content: SessionContent) => content;

/** A good session, a damaged one and one that a newer version wrote, all with the same subject. */
async function threeOfAda(without: (keyof RecordStorage)[] = []) {
  const storage = memoryStorage();
  const events: StoreEvent[] = [];
  const parts = Object.fromEntries(
    Object.entries(storage).filter(([name]) => !without.includes(name as never)),
  );
  const store = createRecordStore(parts as unknown as RecordStorage, {
    onEvent: (event) => events.push(event),
  });
  const [good, damaged, newer] = [createSessionId(), createSessionId(), createSessionId()];
  for (const id of [good, damaged, newer]) await store.save(id, {}, {}, { subject: 'ada' });
  const damage = (id: string, payload: string) => {
    const record = storage.records.get(sessionKey(id)) as SessionRecord;
    storage.records.set(record.key, { ...record, payload });
  };
  damage(damaged, 'garbage');
  damage(newer, '{"v":2,"data":{},"flash":{}}');
  return { store, storage, events, good, damaged, newer };
}

describe.each([
  ['a complete storage', []],
  ['a storage backend without deleteSession', ['deleteSession']],
] as [string, (keyof RecordStorage)[]][])('an unreadable session, on %s', (_, without) => {
  it('is ended by destroy', async () => {
    const { store, storage, damaged, newer } = await threeOfAda(without);
    await store.destroy(damaged);
    await store.destroy(newer);
    expect(storage.records.size).toBe(1);
  });

  it('is ended by destroyAll and by clear', async () => {
    const one = await threeOfAda(without);
    expect(await one.store.destroyAll('ada')).toBe(3);
    const two = await threeOfAda(without);
    expect(await two.store.clear()).toBe(3);
    expect(two.storage.records.size).toBe(0);
  });

  it('is left out of list, entries and count, and reported', async () => {
    const { store, events } = await threeOfAda(without);
    expect(await store.list('ada')).toHaveLength(1);
    expect(events.map(({ type }) => type)).toEqual(['unreadable-session', 'unreadable-session']);
    expect(await store.count()).toBe(1);
    const subjects = [];
    for await (const { subject } of store.entries()) subjects.push(subject);
    expect(subjects).toEqual(['ada']);
  });
});

describe('count, entries and clear', () => {
  it('read every page, and yield to the event loop between pages', async () => {
    const store = createRecordStore(memoryStorage());
    for (let i = 0; i < 1201; i++) await store.save(createSessionId(), { i }, {});
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    expect(await store.count()).toBe(1201);
    const seen = new Set();
    for await (const { data } of store.entries()) seen.add(data.i);
    expect(seen.size).toBe(1201);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(await store.clear()).toBe(1201);
    expect(await store.count()).toBe(0);
  });

  it('are UNSUPPORTED if the storage cannot list its records', async () => {
    const { store } = await threeOfAda(['scan']);
    await expect(store.count()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(store.clear()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(store.entries()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  });
});

describe('a session larger than maxBytes', () => {
  it('is rejected before anything is written, with the names of the largest keys and no values', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(storage, { maxBytes: 1000 });
    const id = createSessionId();
    const big = { small: 1, history: 'secret-'.repeat(200) };
    const refusal = { code: 'TOO_LARGE', message: expect.stringMatching(/data\.history \(1402 bytes\)/) };
    await expect(store.save(id, big, {})).rejects.toMatchObject(refusal);
    await expect(store.create(id, big, {})).rejects.toMatchObject(refusal);
    expect(storage.records.size).toBe(0);
    await store.save(id, {}, {});
    const before = storage.records.get(sessionKey(id));
    const error = await store
      .update(id, ({ flash }) => ({ data: big, flash }))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject(refusal);
    expect(String(error)).not.toContain('secret');
    expect(storage.records.get(sessionKey(id))).toEqual(before);
  });

  it('is measured in bytes, not in characters, and does not affect other updates in the same write', async () => {
    const store = createRecordStore(memoryStorage(), { maxBytes: 1000 });
    const id = createSessionId();
    await store.save(id, { text: 'é'.repeat(480) }, {});
    await expect(store.save(id, { text: 'é'.repeat(490) }, {})).rejects.toMatchObject({ code: 'TOO_LARGE' });
    const set = (key: string, value: string) => (content: SessionContent) => ({
      data: { [key]: value },
      flash: content.flash,
    });
    const outcomes = await Promise.allSettled([
      store.update(id, set('a', 'x')),
      store.update(id, set('b', 'x'.repeat(2000))),
      store.update(id, set('c', 'x')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('is, by default, one of more than a mebibyte', async () => {
    const store = createRecordStore(memoryStorage());
    await store.save(createSessionId(), { text: 'x'.repeat(1_000_000) }, {});
    await expect(store.save(createSessionId(), { text: 'x'.repeat(1_048_576) }, {})).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
  });
});

describe('expireOnClose', () => {
  it('is kept by updates, by a move, and by a save over the session', async () => {
    const store = createRecordStore(memoryStorage());
    const [id, newId] = [createSessionId(), createSessionId()];
    await store.save(id, {}, {}, { expireOnClose: true });
    expect((await store.load(id)).expireOnClose).toBe(true);
    await store.update(id, keep, { base: await store.load(id) });
    await store.update(id, keep, { newId });
    expect((await store.load(newId)).expireOnClose).toBe(true);
    await store.save(newId, { saved: true }, { notice: 'hi' });
    expect(await store.load(newId)).toMatchObject({ expireOnClose: true, data: { saved: true } });
    await store.save(newId, {}, {}, { expireOnClose: false });
    expect((await store.load(newId)).expireOnClose).toBe(false);
    await store.update(newId, keep, { expireOnClose: true });
    expect((await store.load(newId)).expireOnClose).toBe(true);
  });
});
