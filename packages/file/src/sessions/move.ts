import type { SessionRecord } from '@store/core/driver';
import { drawVersion, overtaken, type SessionLogs } from '../log/session-log.ts';
import type { Steps } from '../log/steps.ts';
import type { SubjectIndex } from '../subjects/subject-index.ts';
import { endLog } from './end.ts';
import { isFree, type Writes } from './write.ts';

/**
 * How a session moves to another key in one atomic step, although two files are involved:
 *
 * 1. The record is written under the new key, with a link to the session it comes from and that session's version. It is not a
 *    session yet.
 * 2. The old file continues in one that holds the mark. The line that names it is the commit: from then on the mark is under the
 *    old key, where readers of the new key look for it, and the record is the session.
 * 3. A touch under the new key confirms that the record has arrived, so that readers no longer have to look for the mark.
 *
 * A crash after step 1 leaves a record that is not a session. It can never become one once the old session has a new
 * version, and garbage collection removes it. After a crash following step 2, readers have to look for the mark until step
 * 3 is done, either by the next write to the session or before its mark is replaced.
 */
export type Move = (key: string, version: number, next: SessionRecord, mark: SessionRecord) => Steps<boolean>;

export function createMove(logs: SessionLogs, index: SubjectIndex, { put, writeNew }: Writes): Move {
  const hasVersion = (key: string, version: number) => {
    const state = logs.read(key);
    return state?.kind === 'record' && state.record.version === version;
  };

  /** Step 2. @returns `false` if the session no longer has that version */
  const placeMark = (key: string, version: number, to: string, mark: SessionRecord) =>
    logs.write<boolean>(key, 'write', function* (log) {
      if (log?.state.kind !== 'record' || log.state.record.version !== version) return false;
      // The mark gets the session's subject, so that ending all sessions of the subject finds and follows it.
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
        // With `durable`, placing the mark can fail after the commit.
        if (!hasLeft && !hasVersion(key, mark.version)) endLog(logs, index, log);
      }
      if (hasLeft && log.state.kind === 'record' && logs.touch(log, log.state)) yield* logs.flush(log);
      return hasLeft;
    });
  };
}

/** A hidden mark, for a `replace` under another key, which leaves no visible one. The next garbage collection removes it. */
export function hiddenMark(key: string): SessionRecord {
  const version = drawVersion();
  return { key, payload: '', subject: null, version, createdAt: 0, expiresAt: 0, idleTimeout: 0 };
}
