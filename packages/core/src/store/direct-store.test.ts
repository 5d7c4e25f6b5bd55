import { afterEach, describe, expect, it } from 'vitest';
import { overNetwork } from '../../test/over-network.ts';
import { createRecordStore, directStore } from '../driver.ts';
import { createSessionId, type SessionContent, uncacheStore } from '../index.ts';
import { memoryStorage, startSession } from '../memory.ts';

afterEach(() => {
  uncacheStore();
});

describe('a store whose storage is synchronous', () => {
  it('loads, saves, updates, moves and touches without a promise', async () => {
    const direct = directStore(await startSession());
    const [id, newId] = [createSessionId(), createSessionId()];
    expect(direct.save(id, { visits: 1 }, {})).toBeUndefined();
    const base = direct.load(id);
    expect(base).toMatchObject({ exists: true, data: { visits: 1 } });
    const twice = ({ flash }: SessionContent) => ({ data: { visits: 2 }, flash });
    expect(direct.update(id, twice, { base: base as never })).toBe(true);
    expect(direct.touch(id, { base: direct.load(id) as never })).toBe(true);
    expect(direct.update(id, twice, { base: direct.load(id) as never, newId })).toBe(true);
    expect(direct.load(newId)).toMatchObject({ data: { visits: 2 } });
  });

  it('throws the errors that its methods reject with', async () => {
    const store = await startSession();
    const direct = directStore(store);
    expect(() => direct.save('short', {}, {})).toThrow(expect.objectContaining({ code: 'INVALID_ID' }));
    await store.close();
    expect(() => direct.load(createSessionId())).toThrow(expect.objectContaining({ code: 'CLOSED' }));
    await expect(store.load(createSessionId())).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('a store whose storage is asynchronous', () => {
  it('resolves to the same results', async () => {
    const direct = directStore(createRecordStore(overNetwork(memoryStorage())));
    const id = createSessionId();
    await direct.save(id, { visits: 1 }, {});
    expect(await direct.load(id)).toMatchObject({ data: { visits: 1 } });
  });
});
