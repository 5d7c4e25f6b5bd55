import { createRecordStore } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';
import { describe, expect, it } from 'vitest';
import { password, sealedAt, seals } from '../test/old-seals.ts';
import { opens, sealAgain } from '../test/revocable-store.ts';
import { hideSynchronousCrypto, sealings } from '../test/sealings.ts';
import { startSession } from './start-session.ts';

const now = () => sealedAt + 3_599_999;
const startRevocable = () =>
  startSession({ password, cache: false, now, revocations: createRecordStore(memoryStorage(), { now }) });

describe.each(seals)('a cookie sealed by $by', ({ value, holds }) => {
  it.each(sealings)('opens with its full content on the %s path', async (path) => {
    const restore = path === 'portable' ? hideSynchronousCrypto() : () => {};
    const store = await startSession({ password, cache: false, now }).finally(restore);
    expect(await store.load(value)).toEqual({ ...holds, exists: true });
  });

  it('is ended by destroying any id that it names, and so are its new ids', async () => {
    for (const id of new Set([holds.id, ...(holds.family ?? '').split('.')])) {
      const store = await startRevocable();
      expect(await opens(store, value)).toBe(true);
      await store.destroy(id);
      expect(await opens(store, value)).toBe(false);

      const other = await startRevocable();
      const moved = await (await sealAgain(other, value))('a-session-id-that-is-given-to-an-old-seal-0');
      expect([await opens(other, value), await opens(other, moved)]).toEqual([false, true]);
      await other.destroy(holds.id);
      expect(await opens(other, moved)).toBe(false);
    }
  });

  it('expires when it should', async () => {
    const store = await startSession({ password, cache: false, now: () => holds.expiresAt as number });
    expect(await opens(store, value)).toBe(false);
  });
});
