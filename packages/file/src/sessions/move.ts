import type { SessionRecord } from '@store/core/driver';
import { drawVersion, overtaken, type SessionLogs } from '../log/session-log.ts';
import type { Steps } from '../log/steps.ts';
import type { SubjectIndex } from '../subjects/subject-index.ts';
import { endLog } from './end.ts';
import { isFree, type Writes } from './write.ts';

/**
 * How a session moves to another key with one atomic step, though there are two files:
 *
 * 1. The record is written under the new key, with a link that says which session it comes from, and in which version. It is not a
 *    session yet.
 * 2. The old file continues in one that holds the mark. The line that names it is the step that counts: from then on the mark is
 *    under the old key, and readers of the new key, who look for it there, take the record for the session.
 * 3. A touch under the new key confirms that the record has arrived, so that readers no longer have to look.
 *
 * A crash after 1 leaves a record that is not a session. It can never become one once the old session has another version, and
 * garbage collection removes it. A crash after 2 leaves a session whose readers have to look, until it is written to or its mark
 * is about to be replaced, when step 3 is caught up on.
 */
export type Move = (key: string, version: number, next: SessionRecord, mark: SessionRecord) => Steps<boolean>;

export function createMove(logs: SessionLogs, index: SubjectIndex, { put, writeNew }: Writes): Move {
  const hasVersion = (key: string, version: number) => {
    const state = logs.read(key);
    return state?.kind === 'record' && state.record.version === version;
  };

  /** Step 2. @returns `false` when the session no longer has that version */
  const placeMark = (key: string, version: number, to: string, mark: SessionRecord) =>
    logs.write<boolean>(key, 'write', function* (log) {
      if (log?.state.kind !== 'record' || log.state.record.version !== version) return false;
      // With the session's subject, so that ending all of a subject's sessions finds the mark and follows it.
      const { subject } = log.state.record;
      return (yield* logs.continue(log, { ...mark, key, subject }, { kind: 'to', key: to })) || overtaken;
    });

  return function* (key, version, next, mark) {
    if (!hasVersion(key, version)) return false;
    const link = { kind: 'from', key, version, markVersion: mark.version } as const;
    return yield* writeNew(next.key, function* (log) {
      if (!isFree(log)) return false;
      if ((yield* put(log, next, link)) === overtaken) return overtaken;
      let hasLeft = false;
      try {
        hasLeft = yield* placeMark(key, version, next.key, mark);
      } finally {
        // With `durable`, it can fail after the step.
        if (!hasLeft && !hasVersion(key, mark.version)) endLog(logs, index, log);
      }
      if (hasLeft && log.state.kind === 'record' && logs.touch(log, log.state)) yield* logs.flush(log);
      return hasLeft;
    });
  };
}

/** A mark that nobody sees, for `replace` under another key, which leaves none. The next garbage collection removes it. */
export function hiddenMark(key: string): SessionRecord {
  const version = drawVersion();
  return { key, payload: '', subject: null, version, createdAt: 0, expiresAt: 0, idleTimeout: 0 };
}
