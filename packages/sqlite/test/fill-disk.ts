import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createSessionId, isStoreError } from '@store/core';
import { startSession } from '@store/sqlite';
import Database from 'better-sqlite3';

/**
 * Saves sessions in the directory, fills its disk, and then uses the store as an application would. Prints as JSON how often each
 * call succeeded, and the errors of the calls that failed. `mode` is `path`, or the journal mode of a database that is passed.
 */
const [directory = '', count = '', mode = 'path'] = process.argv.slice(2);
const path = join(directory, 'sessions.db');
const passed = mode === 'path' ? undefined : new Database(path);
passed?.pragma(`journal_mode = ${mode}`);
let now = Date.now();
const store = await startSession({
  database: passed ?? path,
  cache: false,
  idleTimeout: 1000,
  now: () => now,
});

const outcomes: Record<string, Record<string, number>> = {};
async function attempt<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
  const counts = outcomes[name] ?? {};
  outcomes[name] = counts;
  let outcome = 'worked';
  try {
    return await work();
  } catch (error) {
    outcome = isStoreError(error) ? `${error.code} ${error.message}` : String(error);
    return undefined;
  } finally {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
}

const alive = new Set<string>();
const padding = 'x'.repeat(400);
async function save(name: string, subject: string) {
  const id = createSessionId();
  await attempt(name, async () => {
    await store.save(id, { padding }, {}, { subject });
    alive.add(id);
  });
  return id;
}
async function destroy(id: string) {
  // A save that was not acknowledged may or may not have been written.
  if (!alive.delete(id)) return;
  await attempt('sign-out', () => store.destroy(id));
}

const all = await Promise.all(
  Array.from({ length: Number(count) }, (_, n) => save('before', n % 2 ? 'ada' : 'eve')),
);
const other = openSync(join(directory, 'other.log'), 'w');
try {
  for (;;) writeSync(other, Buffer.alloc(4096));
} catch {
  // The disk is full.
}

for (let n = 0; n < 20; n += 1) await save('new session', 'ada');
for (const id of all.slice(0, 10)) await destroy(id);
await Promise.all(all.slice(10, 15).map(destroy));
for (const id of all.slice(15)) if (alive.has(id)) await attempt('load', () => store.load(id));
await attempt('everywhere', () => store.destroyAll('eve'));
for (const [n, id] of all.entries()) if (n % 2 === 0) alive.delete(id);
const kept = [...alive];
now += 500_000;
for (const id of kept.slice(0, 10)) await attempt('touch', () => store.touch(id));
now -= 500_000;

const found: Record<string, number> = {};
const database = passed ? new Database(path) : path;
const another = await startSession({ database, cache: false, idleTimeout: 1000, now: () => now });
found.lost = 0;
for (const id of kept) if (!(await another.load(id)).exists) found.lost += 1;
found.left = await another.count();
await another.close();

now += 2_000_000;
found.collected = (await attempt('gc', () => store.gc())) ?? -1;
closeSync(other);
rmSync(join(directory, 'other.log'));
for (let n = 0; n < 20; n += 1) await save('with room again', 'ada');
await store.close();
passed?.close();
const integrity = new Database(path).pragma('integrity_check', { simple: true });
console.log(JSON.stringify({ outcomes, found, kept: kept.length, integrity }));
