import type { StoredSession } from '@store/core';
import { startSession } from '@store/postgres';
import type { Contender } from '../../contender.ts';
import { lifetime } from '../lifetime.ts';
import { createClock, storeOperations } from '../record-store.ts';
import { postgresContender } from './postgres-contender.ts';

/**
 * @store/postgres, on a pool like everybody else's.
 *
 * @param prepare `false`: as behind a transaction pooler.
 */
export function storePostgresContender(name: string, prepare = true): Contender {
  return postgresContender<StoredSession>(name, 'sessions', async (pool) => {
    const clock = createClock();
    const store = await startSession({
      pool,
      prepare,
      idleTimeout: lifetime / 1000,
      now: clock.now,
      cache: false,
    });
    return { ...storeOperations(store, clock), leave: () => store.close() };
  });
}
