import { join } from 'node:path';
import type { StoredSession } from '@store/core';
import { startSession } from '@store/file';
import type { Contender, OpenContender } from '../../contender.ts';
import { createClock, storeOperations } from '../record-store.ts';
import { besideFiles, lifetime } from './session-folder.ts';

/** @store/file. One `gc` looks at so many files only, so it is called until it has been through all. */
export function storeFileContender(name: string): Contender {
  return {
    name,
    async open(directory): Promise<OpenContender<StoredSession>> {
      const clock = createClock();
      const store = await startSession({
        directory,
        idleTimeout: lifetime / 1000,
        now: clock.now,
        cache: false,
      });
      const beside = besideFiles(join(directory, 'records'));
      return {
        ...storeOperations(store, clock),
        async gc() {
          for (let calls = Math.ceil(beside.rows() / 10_000); calls > 0; calls--) await store.gc();
        },
        ...beside,
        close: () => store.close(),
      };
    },
  };
}
