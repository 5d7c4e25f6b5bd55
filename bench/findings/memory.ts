// Serves a growing number of visitors, each with their own session, from a 64 MiB heap, and prints what is left after garbage
// collection: `pnpm memory`, a million visitors by default. A leak of a hundred bytes per session crashes the process.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { SessionStore } from '@store/core';
import { sessionHandler } from '@store/session/fetch';
import { startSession } from '@store/sqlite';

/** Two requests from a browser: the first gets a session; the second sends its cookie and changes the session. */
function visitors(store: SessionStore): () => Promise<void> {
  const handle = sessionHandler<{ views: number }>(
    (_request, session) => {
      session.update('views', (views = 0) => views + 1);
      return new Response(String(session.get('views')));
    },
    { store },
  );
  return async () => {
    const first = await handle(new Request('https://shop.example/'));
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    const second = await handle(new Request('https://shop.example/', { headers: { cookie } }));
    if ((await second.text()) !== '2') throw new Error('A session did not last until the next request.');
  };
}

/** Bytes left after garbage collection. Finalizers of native objects run in a later turn, and only then free their memory. */
async function bytesLeft(): Promise<{ heap: number; resident: number }> {
  for (let time = 0; time < 3; time++) {
    await nextTurn();
    await nextTurn();
    globalThis.gc?.();
  }
  const { rss: resident, heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed + external, resident };
}

const { values } = parseArgs({
  options: {
    counts: { type: 'string', default: '10000,100000,1000000' },
    directory: { type: 'string', default: join(import.meta.dirname, '../node_modules/.cache') },
  },
});
if (!globalThis.gc) throw new Error('Start it with --expose-gc.');
mkdirSync(values.directory, { recursive: true });
const directory = mkdtempSync(join(values.directory, 'memory-'));
try {
  const store = await startSession({ database: join(directory, 'sessions.db'), cache: false });
  const serve = visitors(store);
  let served = 0;
  for (const sessions of values.counts.split(',').map(Number)) {
    const serveUntil = async () => {
      while (served < sessions) {
        served += 1;
        await serve();
      }
    };
    await Promise.all(Array.from({ length: 32 }, serveUntil));
    console.log(JSON.stringify({ sessions, ...(await bytesLeft()) }));
  }
  await store.close();
} finally {
  rmSync(directory, { recursive: true });
}
