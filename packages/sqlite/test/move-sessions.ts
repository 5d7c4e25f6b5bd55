import { writeSync } from 'node:fs';
import { createSessionId } from '@store/core';
import { startSession } from '@store/sqlite';

/** Moves sessions to new ids in an endless loop, and prints both ids before each move and `moved` after it. */
const [database = '', ...ids] = process.argv.slice(2);
const store = await startSession({ database, cache: false });

/** Synchronous, because output buffered in a stream is lost when the process is killed. */
const print = (line: string) => writeSync(1, `${line}\n`);

async function moveOn(first: string): Promise<void> {
  for (let id = first; ; ) {
    const newId = createSessionId();
    print(`${id} ${newId}`);
    const moved = await store.update(id, (content) => content, { newId });
    print(`${id} ${moved ? 'moved' : 'gone'}`);
    if (!moved) return;
    id = newId;
  }
}
await Promise.all(ids.map(moveOn));
await store.close();
