import type { Awaitable, RecordStorage, SessionRecord } from '@store/core/driver';
import type { SessionState } from '../log/open-log.ts';
import type { SessionLogs } from '../log/session-log.ts';
import { run } from '../log/steps.ts';
import type { EndSession } from '../sessions/end.ts';
import { createYield } from '../sessions/yield.ts';
import type { SubjectIndex } from './subject-index.ts';

/** More moves than any session makes during the life of a mark. */
const mostHops = 1000;

/**
 * `listBySubject` and `deleteBySubject`. A session that moves keeps the marker of its old key as long as its mark exists, and gets
 * one for its new key before it arrives there. So the markers lead to every session that existed when they were listed, however
 * often it has moved since.
 */
export function createSessionsOfSubject(
  logs: SessionLogs,
  index: SubjectIndex,
  end: EndSession,
  recordOf: (state: SessionState | undefined, key: string, subject: string) => SessionRecord | undefined,
): Required<Pick<RecordStorage, 'listBySubject' | 'deleteBySubject'>> {
  const endOf = (subject: string, key: string) =>
    run(
      end(key, (state) => {
        // If the file cannot be read, the marker is all there is to go by.
        if (state.kind === 'damaged' || state.kind === 'newer') return index.has(subject, key);
        return state.kind === 'record' && state.link?.kind !== 'to' && state.record.subject === subject;
      }),
    );

  return {
    async listBySubject(subject) {
      const yieldToOthers = createYield();
      const found = new Map<string, SessionRecord>();
      for (const marked of index.keys(subject)) {
        await follow(marked, (key) => {
          const state = logs.read(key);
          const record = recordOf(state, key, subject);
          if (record?.subject === subject) found.set(key, record);
          return state;
        });
        await yieldToOthers();
      }
      return [...found.values()];
    },

    async deleteBySubject(subject, { exceptKey, onlyKey }) {
      if (onlyKey !== undefined) return onlyKey !== exceptKey && (await endOf(subject, onlyKey)) ? 1 : 0;
      const yieldToOthers = createYield();
      for (let removed = 0; ; ) {
        const before = removed;
        for (const marked of index.keys(subject)) {
          await follow(marked, async (key) => {
            if (key === exceptKey) return undefined;
            if (await endOf(subject, key)) removed++;
            // Read again, because it may have moved since.
            return logs.read(key);
          });
          await yieldToOthers();
        }
        if (removed === before) return removed;
      }
    },
  };
}

/** Visits a key, and then each key that the state found there leads to. */
async function follow(
  from: string,
  visit: (key: string) => Awaitable<SessionState | undefined>,
): Promise<void> {
  let key: string | undefined = from;
  for (let hops = 0; key !== undefined && hops < mostHops; hops++) key = next(await visit(key));
}

/** The key to look under next: where the session has moved to, or where it still is. */
function next(state: SessionState | undefined): string | undefined {
  if (state?.kind === 'arriving') return state.link?.key;
  return state?.kind === 'record' && state.link?.kind === 'to' ? state.link.key : undefined;
}
