import { createSessionId } from '@store/core';
import { startSession } from '@store/sqlite';

/** Saves and updates sessions in an endless loop, and prints each id with its number once the write is acknowledged. */
const [database = ''] = process.argv.slice(2);
const store = await startSession({ database, cache: false });

async function work(): Promise<void> {
  for (;;) {
    const id = createSessionId();
    await store.save(id, { n: 0, padding: 'x'.repeat(2000) }, {});
    process.stdout.write(`${id} 0\n`);
    await store.update(id, ({ data, flash }) => ({ data: { ...data, n: 1 }, flash }));
    process.stdout.write(`${id} 1\n`);
  }
}
await Promise.all(Array.from({ length: 8 }, work));
