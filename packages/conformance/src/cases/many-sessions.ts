import { createSessionId, type SessionStore } from '@store/core';

const savedTogether = 65;

export const newIds = (count: number) => Array.from({ length: count }, () => createSessionId());

/** Saves a session under each id, a limited number at a time. */
export async function saveAll(store: SessionStore, ids: string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += savedTogether) {
    const together = ids.slice(from, from + savedTogether);
    await Promise.all(together.map((id, n) => store.save(id, { n: from + n }, {})));
  }
}

/** Calls `gc()` until nothing is left: a driver may visit a limited part of its backend per call. @returns how many were removed */
export async function collectAll(store: SessionStore): Promise<number> {
  let removed = 0;
  for (let emptyHanded = 0; emptyHanded < 20; ) {
    const count = await store.gc();
    removed += count;
    emptyHanded = count === 0 ? emptyHanded + 1 : 0;
  }
  return removed;
}
