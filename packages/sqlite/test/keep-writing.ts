import { createSessionId, isStoreError } from '@store/core';
import { startSession } from '@store/sqlite';

/** What the test wants to know. Each is answered over IPC, and a failure with its code. */
export type Question = { save: string } | { exists: string } | 'report';

/** What became of the writes that this process makes all the time. */
export interface WriteReport {
  /** How many were acknowledged. */
  writes: number;
  /** The sessions that they went to. */
  ids: string[];
  /** The codes of those that failed, and the types of the events, each once. */
  failures: string[];
  events: string[];
}

/** Enough for a database that takes more than one step to copy. */
const sessions = 300;

const [database = ''] = process.argv.slice(2);
const ids = new Set<string>();
const failures = new Set<string>();
const events = new Set<string>();
let writes = 0;
const store = await startSession({ database, cache: false, onEvent: ({ type }) => events.add(type) });

async function write(): Promise<void> {
  for (;;) {
    for (const id of own) {
      await store.save(id, { padding: 'x'.repeat(2000) }, {}).then(
        () => {
          writes += 1;
          ids.add(id);
        },
        (error) => failures.add(codeOf(error)),
      );
      // Questions arrive, and threads end, between turns of the event loop.
      await new Promise(setImmediate);
    }
  }
}

async function answer(question: Question): Promise<unknown> {
  if (question === 'report') {
    return { writes, ids: [...ids], failures: [...failures], events: [...events] } satisfies WriteReport;
  }
  try {
    if ('exists' in question) return (await store.load(question.exists)).exists;
    await store.save(question.save, {}, {});
    return 'saved';
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return isStoreError(error) ? error.code : String(error);
}

const own = Array.from({ length: sessions }, () => createSessionId());
process.on('message', async (question: Question) => process.send?.(await answer(question)));
await Promise.all(Array.from({ length: 4 }, write));
