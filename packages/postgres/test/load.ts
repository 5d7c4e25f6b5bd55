import { createSessionId, isStoreError, type SessionStore } from '@store/core';

/** Saves, updates and loads in an endless loop, and records which writes were acknowledged. */
export function startLoad(store: SessionStore) {
  const acknowledged = new Map<string, number>();
  const failures: string[] = [];
  const unexpected: unknown[] = [];
  let running = true;

  async function work(): Promise<void> {
    while (running) {
      try {
        const id = createSessionId();
        await store.save(id, { n: 0 }, {});
        acknowledged.set(id, 0);
        for (let n = 1; n <= 3 && running; n += 1) {
          const base = await store.load(id);
          if (!base.exists) unexpected.push(new Error('an acknowledged session is gone'));
          const written = await store.update(id, ({ flash }) => ({ data: { n }, flash }), { base });
          if (written) acknowledged.set(id, n);
        }
      } catch (error) {
        if (isStoreError(error, 'UNAVAILABLE')) failures.push(error.message);
        else unexpected.push(error);
        // A server that is down refuses immediately: yield to the event loop.
        await new Promise(setImmediate);
      }
    }
  }

  const workers = Promise.all(Array.from({ length: 16 }, work));
  return {
    acknowledged,
    failures,
    unexpected,
    /** Stops. @returns the acknowledged writes that were lost */
    async stop(): Promise<string[]> {
      running = false;
      await workers;
      const lost: string[] = [];
      for (const [id, n] of acknowledged) {
        const { exists, data } = await store.load(id);
        if (!exists || Number(data.n) < n) lost.push(`${n}, found ${exists ? data.n : 'nothing'}`);
      }
      return lost;
    },
  };
}
