import type { SessionContent, SessionStore, StoredSession } from '@store/core';
import type { OpenContender } from '../contender.ts';

/** A clock that one call at a time can set back. */
export interface Clock {
  now(): number;
  back<T>(milliseconds: number, work: () => T): T;
}

export function createClock(): Clock {
  let ago = 0;
  return {
    now: () => Date.now() - ago,
    back(milliseconds, work) {
      ago = milliseconds;
      try {
        return work();
      } finally {
        ago = 0;
      }
    },
  };
}

const day = 86_400_000;

/** The timed half of any store of ours. A request is what the middleware does: `load`, then `update` with what was loaded. */
export function storeOperations(
  store: SessionStore,
  clock: Clock,
): Omit<OpenContender<StoredSession>, 'bulk' | 'settle' | 'rows' | 'close'> {
  const save = (id: string, { data, flash }: SessionContent) => store.save(id, data, flash);
  return {
    load: (id) => store.load(id),
    contentOf: ({ exists, data, flash }) => (exists ? { data, flash } : undefined),
    saveNew: save,
    saveOver: save,
    update: (id, base, change) => store.update(id, change, { base }),
    touch: (id, base) => store.touch(id, { base }),
    destroy: (id) => store.destroy(id),
    gc: () => store.gc(),
    saveExpired: (id, content) => clock.back(day, () => save(id, content)),
  };
}
