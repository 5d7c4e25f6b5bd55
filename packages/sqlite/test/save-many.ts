import { setTimeout as sleep } from 'node:timers/promises';
import { createSessionId } from '@store/core';
import { startSession } from '@store/sqlite';

/** Saves `many` sessions, a hundred at a time, and leaves the store open. */
const [database = '', many = '0'] = process.argv.slice(2);
const store = await startSession({ database, cache: false });
for (let saved = 0; saved < Number(many); saved += 100) {
  await Promise.all(Array.from({ length: 100 }, () => store.save(createSessionId(), { n: 1 }, {})));
  // Gives the thread time to start before the process ends.
  await sleep(5);
}
