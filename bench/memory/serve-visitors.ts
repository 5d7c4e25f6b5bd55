import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startSession } from '@store/sqlite';
import type { MemoryPoint } from './memory-results.ts';
import { services } from './visitors.ts';

// A process of its own, started by measure-memory.ts: serves visitors, and says now and then what memory it has left after
// garbage collection; between, a number now and then tells how many it has served.

const [service, directory, ...counts] = process.argv.slice(2) as [string, string, ...string[]];
const chosen = services.find(({ name }) => name === service);
const collect = globalThis.gc;
if (!chosen || !collect) throw new Error('It is started with the name of a service, and with --expose-gc.');

const inFlight = 32;
const progressEvery = 10_000;
const store = await startSession({ database: join(directory, 'sessions.db'), cache: false });
const serve = chosen.start(store);
let served = 0;

async function serveUntil(count: number): Promise<void> {
  while (served < count) {
    if (served % progressEvery === 0) process.stdout.write(`${served}\n`);
    await serve(served++);
  }
}

for (const count of counts.map(Number)) {
  await Promise.all(Array.from({ length: inFlight }, () => serveUntil(count)));
  process.stdout.write(`${JSON.stringify(await memoryLeft(served))}\n`);
}
await store.close();

/** Twice with turns between: finalizers of native objects run in a later turn, and what they held is free only then. */
async function memoryLeft(sessions: number): Promise<MemoryPoint> {
  for (let time = 0; time < 3; time++) {
    await nextTurn();
    await nextTurn();
    await collect?.();
  }
  const { rss: resident, heapUsed, external } = process.memoryUsage();
  return { sessions, resident, heapUsed, external };
}
