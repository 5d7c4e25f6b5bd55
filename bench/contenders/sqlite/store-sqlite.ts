import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredSession } from '@store/core';
import { startSession } from '@store/sqlite';
import type { Contender, OpenContender } from '../../contender.ts';
import { createClock, storeOperations } from '../record-store.ts';
import { besideDatabase, databasePath, lifetime, openDatabase, type Settings } from './database-file.ts';

const idleTimeout = lifetime / 1000;

/**
 * @store/sqlite.
 *
 * @param settings Those of the database it is given; without, it opens the file itself and chooses its own.
 */
export function storeSqliteContender(name: string, settings?: Settings): Contender {
  return {
    name,
    async open(directory): Promise<OpenContender<StoredSession>> {
      const clock = createClock();
      const given = settings && openDatabase(directory, settings);
      const database = given ?? databasePath(directory);
      const store = await startSession({ database, idleTimeout, now: clock.now, cache: false });
      const beside = besideDatabase(directory, 'sessions');
      return {
        ...storeOperations(store, clock),
        // Its writes wait while a transaction of others is open, and commit together by themselves.
        bulk: (saves) => saves(),
        settle: beside.settle,
        // Its thread takes some 5 ms to write the log back.
        ...(given === undefined && { rest: () => sleep(10) }),
        rows: beside.rows,
        async close() {
          await store.close();
          given?.close();
          beside.close();
        },
      };
    },
  };
}
