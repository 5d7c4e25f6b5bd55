import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createSessionId, isStoreError } from '@store/core';
import { startSession } from '@store/sqlite';

/**
 * Starts a store, mounts another directory's database over its file or directory, and saves a session. Prints as JSON
 * whether that works, and how many acknowledged sessions are missing.
 */
const [database = '', other = '', what = ''] = process.argv.slice(2);
const path = join(dirname(database), 'mounted', 'sessions.db');
mkdirSync(dirname(path), { mode: 0o700 });
const events: string[] = [];
const store = await startSession({
  database: path,
  cache: false,
  onEvent: ({ type }) => events.push(type),
});
await store.save(createSessionId(), {}, {});
const [from, to] = what === 'file' ? [join(other, 'sessions.db'), path] : [other, dirname(path)];
execFileSync('mount', ['--bind', from, to]);
let acknowledged = 0;
for (let saves = 0; saves < 5; saves += 1) {
  try {
    await store.save(createSessionId(), {}, {});
    acknowledged += 1;
  } catch (error) {
    if (!isStoreError(error, 'UNAVAILABLE')) throw error;
  }
}
const count = what === 'file' ? 0 : await store.count();
await store.close();
console.log(JSON.stringify({ works: acknowledged > 0, lost: acknowledged - count, events }));
