import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createSessionId, isStoreError } from '@store/core';
import { startSession } from '@store/sqlite';

/**
 * Starts on a database of its own, mounts that of another directory over the file or its directory, and saves twice. Prints as
 * JSON what became of that.
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
const outcomes: string[] = [];
for (let saves = 0; saves < 2; saves += 1) {
  outcomes.push(
    await store.save(createSessionId(), {}, {}).then(
      () => 'worked',
      (error) => (isStoreError(error) ? error.code : String(error)),
    ),
  );
}
await store.close();
console.log(JSON.stringify({ outcomes, events }));
