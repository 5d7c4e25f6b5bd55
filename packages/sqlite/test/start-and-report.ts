import { createSessionId, isStoreError } from '@store/core';
import { startSession } from '@store/sqlite';
import Database from 'better-sqlite3';
import { fileSystemOf } from '../src/file/mounts.ts';

/** Starts a store on the given database twice, saves a session each time, and prints outcome and warnings as JSON. */
const [database = '', checkOwner = 'true', user] = process.argv.slice(2);
// Load all code while still root: better-sqlite3 loads its native addon with the first database.
new Database(':memory:').close();
if (user !== undefined) process.setuid?.(Number(user));
const warnings: string[] = [];
process.on('warning', ({ message }) => warnings.push(message));
let outcome = 'saved';
try {
  for (let starts = 0; starts < 2; starts += 1) {
    const store = await startSession({ database, cache: false, checkOwner: checkOwner === 'true' });
    await store.save(createSessionId(), {}, {});
    await store.close();
  }
} catch (error) {
  outcome = isStoreError(error) ? `${error.code} ${error.message}` : String(error);
}
// Warnings are emitted on the next tick.
setImmediate(() => console.log(JSON.stringify({ outcome, warnings, fileSystem: fileSystemOf(database) })));
