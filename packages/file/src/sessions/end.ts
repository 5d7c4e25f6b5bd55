import { unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { ifExists } from '../directory/files.ts';
import type { Layout } from '../directory/layout.ts';
import type { SessionLog, SessionState } from '../log/open-log.ts';
import { type Overtaken, overtaken, type SessionLogs } from '../log/session-log.ts';
import type { Steps } from '../log/steps.ts';
import type { SubjectIndex } from '../subjects/subject-index.ts';

/** Ends the session under a key if the condition holds at that moment. @returns whether it was ended */
export type EndSession = (key: string, condition: (state: SessionState) => boolean) => Steps<boolean>;

export function createEndSession(logs: SessionLogs, index: SubjectIndex, layout: Layout): EndSession {
  return function* (key, condition) {
    const ended = logs.writeNow(
      key,
      (log) => log !== undefined && condition(log.state) && endLog(logs, index, log),
    );
    if (ended) yield* logs.flush(undefined, dirname(layout.record(key)));
    return ended;
  };
}

/**
 * Ends a session with a line in its file. Only the process whose line counts may remove the file, and it does so immediately:
 * `unlink` cannot check which file it removes.
 */
export function endLog(logs: SessionLogs, index: SubjectIndex, log: SessionLog): true | Overtaken {
  const { key, path, state } = log;
  const ended = logs.end(log);
  if (ended === false) return overtaken;
  // A full disk must not prevent a logout.
  if (ended === 'full') ifExists(() => unlinkSync(path));
  const subject = state.kind === 'record' || state.kind === 'arriving' ? state.record.subject : null;
  try {
    if (subject !== null) index.remove(subject, key);
    ifExists(() => unlinkSync(path));
  } catch {
    // The session has ended anyway. Garbage collection removes the rest.
  }
  return true;
}
