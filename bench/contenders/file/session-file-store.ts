import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import session from 'express-session';
import createStoreClass from 'session-file-store';
import helpers from 'session-file-store/lib/session-file-helpers.js';
import type { Contender } from '../../contender.ts';
import { type ExpressSession, expressStoreOperations } from '../express-store.ts';
import { packageVersion } from '../package-version.ts';
import { besideFiles, day, lifetime } from './session-folder.ts';

/**
 * session-file-store. It tries five more times to read a file that is not there, with pauses of 50 ms: a miss takes a
 * quarter of a second unless `retries` is 0, as it is here.
 */
export const sessionFileStorePeer: Contender = {
  name: packageVersion('session-file-store'),
  open(directory) {
    const FileStore = createStoreClass(session);
    const store = new FileStore<ExpressSession>({
      path: directory,
      ttl: lifetime / 1000,
      retries: 0,
      reapInterval: -1,
      logFn: () => {},
    });
    const { load, ...operations } = expressStoreOperations(store, lifetime);
    return {
      ...operations,
      /** Its answer for a missing file is the error of the file system. */
      async load(id) {
        try {
          return await load(id);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
          throw error;
        }
      },
      async gc() {
        await new Promise<void>((resolve, reject) => {
          helpers.reap(store.options, (error) => (error ? reject(error) : resolve()));
        });
        // It answers when the last file is done, though up to nine before it may not be.
        await sleep(50);
      },
      // It stamps each save with the time of the save.
      saveExpired: (id, content) =>
        writeFileSync(
          join(directory, `${id}.json`),
          JSON.stringify({ ...content, __lastAccess: Date.now() - day }),
        ),
      ...besideFiles(directory),
      close: () => {},
    };
  },
};
