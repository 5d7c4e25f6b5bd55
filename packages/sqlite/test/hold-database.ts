import { createSessionId, isStoreError } from '@store/core';
import { startSession } from '@store/sqlite';

/** Starts a store and keeps it open; saves and closes on command. Reports over IPC whether startup and each save succeeded. */
const [database = ''] = process.argv.slice(2);
const told = (outcome: string) => process.send?.(outcome);
const failed = (error: unknown) =>
  told(isStoreError(error) ? `${error.code} ${error.message}` : String(error));
try {
  const store = await startSession({
    database,
    cache: false,
    busyTimeout: 0,
  });
  process.on('message', (what) => {
    if (what === 'save') store.save(createSessionId(), {}, {}).then(() => told('saved'), failed);
    else store.close().then(() => process.disconnect());
  });
  told('started');
} catch (error) {
  failed(error);
  process.disconnect();
}
