import { createSessionId } from '@store/core';
import { startSession } from '@store/sqlite';

/** Starts a store on the given database as soon as a line arrives, and saves one session. */
const [database = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.destroy();
const store = await startSession({ database, cache: false, busyTimeout: 60 });
await store.save(createSessionId(), {}, {}, { subject: 'starters' });
await store.close();
