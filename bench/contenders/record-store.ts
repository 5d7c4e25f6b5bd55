import type { SessionStore, StoredSession } from '@store/core';
import { lifetime, type Operations } from '../contender.ts';

const options = { idleTimeout: lifetime / 1000, cache: false } as const;

/** Any of our stores. A request does what the middleware does: `load`, then `update` on that base. */
export async function openStore(start: (given: typeof options & { now(): number }) => Promise<SessionStore>) {
  let pretended: number | undefined;
  const store = await start({ ...options, now: () => pretended ?? Date.now() });
  return {
    load: (id) => store.load(id),
    contentOf: ({ exists, data, flash }) => (exists ? { data, flash } : undefined),
    save(id, { data, flash }, at) {
      // The store reads the clock before it returns its promise.
      pretended = at;
      const saved = store.save(id, data, flash);
      pretended = undefined;
      return saved;
    },
    update: (id, base, change) => store.update(id, change, { base }),
    touch: (id, base) => store.touch(id, { base }),
    destroy: (id) => store.destroy(id),
    gc: () => store.gc(),
    close: () => store.close(),
  } satisfies Operations<StoredSession>;
}
