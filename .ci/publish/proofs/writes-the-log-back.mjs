import { rmSync } from 'node:fs';
import { createSessionId } from '@store/core';
import { startSession } from '@store/sqlite';
import Database from 'better-sqlite3';

// What writes SQLite's log back: "thread", or "commits" if the thread's file is missing.
const [expected] = process.argv.slice(2);
const events = [];
rmSync('log.db', { force: true });
const store = await startSession({ database: 'log.db', onEvent: ({ type }) => events.push(type) });
const own = new Database('log.db');

function outcome() {
  if (events.includes('checkpoint-thread-failed')) return 'commits';
  const { log, checkpointed } = own.prepare('pragma wal_checkpoint(noop)').get();
  return log === checkpointed ? 'thread' : undefined;
}

await Promise.all(Array.from({ length: 600 }, () => store.save(createSessionId(), { n: 1 }, {})));
while (outcome() === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
if (outcome() !== expected)
  throw new Error(`The log is written back by ${outcome()}, not ${expected}: ${events}`);
await store.save(createSessionId(), { n: 2 }, {});
own.close();
await store.close();
console.log('proved');
