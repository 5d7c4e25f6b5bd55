import { join } from 'node:path';
import type { StoredSession } from '@store/core';
import { startSession } from '@store/file';
import type { Contender, OpenContender } from '../../contender.ts';
import { createClock, storeOperations } from '../record-store.ts';
import { besideFiles, lifetime } from './session-folder.ts';

/** @store/file. One `gc` looks at so many files only, so it is called until it finds none. */
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
      return {
        ...storeOperations(store, clock),
        async gc() {
          while ((await store.gc()) > 0);
        },
        ...besideFiles(join(directory, 'records')),
        close: () => store.close(),
      };
    },
  };
}
