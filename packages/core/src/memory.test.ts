import { afterEach, describe, expect, it } from 'vitest';
import type { SessionRecord } from './driver.ts';
import { cachedStore, createSessionId, uncacheStore } from './index.ts';
import { memoryStorage, startSession } from './memory.ts';

afterEach(() => {
  uncacheStore();
});

const record = (key: string, expiresAt = 10): SessionRecord => ({
  key,
  payload: '',
  subject: null,
  version: 1,
  createdAt: 1,
  expiresAt,
  idleTimeout: null,
});

describe('startSession', () => {
  it('caches the store unless told not to', async () => {
    const store = await startSession({ cache: false });
    expect(() => cachedStore()).toThrow(expect.objectContaining({ code: 'NO_STORE' }));
    expect(await startSession()).toBe(cachedStore());
    expect(store).not.toBe(cachedStore());
  });

  it('shares nothing between stores', async () => {
    const [one, two] = [await startSession({ cache: false }), await startSession({ cache: false })];
    const id = createSessionId();
    await one.save(id, {}, {});
    expect((await two.load(id)).exists).toBe(false);
  });

  it('rejects an option from another library, and names the one to use instead', async () => {
    await expect(startSession({ ttl: 60 } as object)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('idleTimeout'),
    });
  });
});

describe('memoryStorage', () => {
  it('scans every key once, page by page, whatever is added or removed during the scan', () => {
    const storage = memoryStorage();
    for (const key of ['d', 'a', 'c', 'b', 'e']) storage.insert(record(key), 0);
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = storage.scan(after, 2);
      seen.push(...(page as SessionRecord[]).map(({ key }) => key));
      if ((page as SessionRecord[]).length < 2) break;
      after = seen.at(-1);
      storage.insert(record(`added after ${after}`), 0);
      storage.delete('d');
    }
    expect(seen.filter((key) => key.length === 1)).toEqual(['a', 'b', 'c', 'e']);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('continues a scan from a key that no longer exists, even while another scan runs', () => {
    const storage = memoryStorage();
    for (const key of ['a', 'b', 'c']) storage.insert(record(key), 0);
    expect(storage.scan(undefined, 1)).toMatchObject([{ key: 'a' }]);
    expect(storage.scan(undefined, 2)).toMatchObject([{ key: 'a' }, { key: 'b' }]);
    storage.delete('b');
    expect(storage.scan('b', 5)).toMatchObject([{ key: 'c' }]);
    expect(storage.scan('a', 5)).toMatchObject([{ key: 'c' }]);
    expect(storage.scan('c', 5)).toEqual([]);
  });

  it('removes no more expired records than the limit allows', () => {
    const storage = memoryStorage();
    for (const key of ['a', 'b', 'c']) storage.insert(record(key, 5), 0);
    storage.insert(record('live', 50), 0);
    expect(storage.deleteExpired(5, 2)).toBe(2);
    expect(storage.deleteExpired(5, 2)).toBe(1);
    expect([...storage.records.keys()]).toEqual(['live']);
  });
});
