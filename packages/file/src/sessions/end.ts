import { removeIfExists } from '../directory/files.ts';
import type { SessionLog, SessionLogs } from '../log/session-log.ts';
import type { SubjectIndex } from '../subjects/subject-index.ts';

/**
 * Ends a session with a line in its file. Only the process whose line counts removes the file, before it does anything else: a name
 * is removed whatever it stands for by then, so nobody else may do that.
 *
 * @returns `false` when another process wrote to it first
 */
export function endLog(logs: SessionLogs, index: SubjectIndex, log: SessionLog): boolean {
  const { key, path, state } = log;
  if (!logs.end(log)) return false;
  const subject = state.kind === 'record' || state.kind === 'arriving' ? state.record.subject : null;
  try {
    if (subject !== null) index.remove(subject, key);
    removeIfExists(path);
  } catch {
    // It has ended all the same. Garbage collection removes what is left.
  }
  return true;
}
