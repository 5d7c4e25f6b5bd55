import { createInterface } from 'node:readline';
import { startSession } from '@store/sqlite';

/** For each line `old new`, moves (`move`) or destroys (`destroy`) the session with the old id; prints the outcome. */
const [database = '', what] = process.argv.slice(2);
const store = await startSession({ database, cache: false, busyTimeout: 60 });
process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) {
  const [id = '', newId = ''] = line.split(' ');
  if (what === 'destroy') {
    await store.destroy(id);
    process.stdout.write('destroyed\n');
  } else {
    process.stdout.write(`${await store.update(id, (content) => content, { newId })}\n`);
  }
}
await store.close();
