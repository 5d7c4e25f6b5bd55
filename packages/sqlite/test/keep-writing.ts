import { createSessionId, isStoreError } from '@store/core';
import { startSession } from '@store/sqlite';

/** A request from the test. The answer is sent over IPC; if the call fails, the answer is the error code. */
export type Question = { save: string } | { exists: string } | 'report';

/** The outcome of the writes that this process keeps making. */
export interface WriteReport {
  /** How many were acknowledged. */
  writes: number;
  /** The sessions that were written. */
  ids: string[];
  /** The codes of the failed writes, without duplicates. */
  failures: string[];
  /** The types of the events, without duplicates. */
  events: string[];
}

/** Enough for a database that cannot be copied in one step. */
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
      // Let the event loop deliver questions and report threads that exit.
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
