import { createSessionId } from '@store/core';
import { startSession } from '@store/postgres';

/** Starts a store on the given schema as soon as a line arrives, and saves one session. */
const [connectionString = '', schema = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.destroy();
const store = await startSession({
  connectionString,
  schema,
  cache: false,
  statementTimeout: 60,
  connectionTimeout: 60,
});
await store.save(createSessionId(), {}, {}, { subject: 'starters' });
await store.close();
