import { startSession } from '@store/sqlite';

/** What a cron job does: removes what has expired, and ends. */
const [database = ''] = process.argv.slice(2);
const store = await startSession({ database, cache: false });
process.stdout.write(`removed ${await store.gc()}\n`);
await store.close();
