import { fstatSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PlainPayload, SessionRecord } from '@store/core/driver';
import type { Layout } from '../directory/layout.ts';
import { type Link, readState, recordIn } from '../log/line.ts';
import { readFile } from '../log/log-file.ts';
import type { SessionLog } from '../log/open-log.ts';
import { type Overtaken, overtaken, type SessionLogs } from '../log/session-log.ts';
import type { Steps } from '../log/steps.ts';
import type { SubjectIndex } from '../subjects/subject-index.ts';
import { endLog } from './end.ts';

// Captured when this module loads, so that an application's fake timers do not stop the store.
const { setTimeout } = globalThis;
const now = performance.now.bind(performance);

/** Milliseconds within which an ended session's file should be removed; after that, its process is assumed to be dead. */
const longestEnd = 1000;

/** `insert`, `save`, `touch` and `replace` under the same key, and what a move to another key needs. */
export type Writes = ReturnType<typeof createWrites>;

export function createWrites(logs: SessionLogs, index: SubjectIndex, layout: Layout) {
  /** Writes the marker of a record's subject, then the record. */
  function* put(log: SessionLog, record: SessionRecord, link?: Link): Steps<true | Overtaken> {
    const { key, subject } = record;
    const { state } = log;
    const isMarked = subject === null || (state.kind === 'record' && state.record.subject === subject);
    try {
      if (!isMarked) {
        index.add(subject, key);
        yield* logs.flush(undefined, dirname(layout.marker(subject, key)));
      }
      if (!(yield* logs.put(log, record, link))) return overtaken;
    } catch (error) {
      if (state.kind === 'empty') removeUnused(log);
      throw error;
    }
    // Garbage collection may have removed an old marker since.
    if (!isMarked && !index.has(subject, key)) index.add(subject, key);
    return true;
  }

  /** Removes a new file to which nothing could be written, so that a full disk does not fill up with empty files. */
  function removeUnused(log: SessionLog): void {
    const bytes = readFile(log.file);
    const found = bytes && readState(bytes);
    if (found?.kind === 'empty' || found?.kind === 'damaged') endLog(logs, index, { ...log, state: found });
  }

  /** Opens the log of a session that may not exist yet. Waits while an ended one under the same key is being removed. */
  function writeNew(key: string, work: (log: SessionLog) => Steps<boolean | Overtaken>): Steps<boolean> {
    let ending: { size: number; since: number } | undefined;
    return logs.write<boolean>(key, 'create', function* (log) {
      // The file belongs to another key.
      if (log === undefined) return false;
      const { kind, size } = log.state;
      if (kind !== 'ended') return yield* work(log);
      if (ending?.size !== size) ending = { size, since: now() };
      if (now() - ending.since > longestEnd) return yield* work(log);
      if (fstatSync(log.file).nlink > 0) yield new Promise((resolve) => setTimeout(resolve, 5));
      return overtaken;
    });
  }

  return {
    put,
    writeNew,

    insert: (record: SessionRecord): Steps<boolean> =>
      writeNew(record.key, function* (log) {
        return isFree(log) ? yield* put(log, record) : false;
      }),

    save: (record: SessionRecord, createdAfter: number, plain: PlainPayload): Steps<boolean> =>
      writeNew(record.key, function* (log) {
        if (isFree(log)) return yield* put(log, record);
        const { state } = log;
        if (state.kind !== 'record' || !mayBeSavedOver(state.record, record, createdAfter, plain))
          return false;
        const { createdAt, subject } = state.record;
        return yield* put(log, { ...record, createdAt, subject });
      }),

    replace: (version: number, next: SessionRecord): Steps<boolean> =>
      logs.write<boolean>(next.key, 'write', function* (log) {
        if (log?.state.kind !== 'record' || log.state.record.version !== version) return false;
        return yield* put(log, next);
      }),

    touch: (key: string, expiresAfter: number, expiresAt: number): Steps<boolean> =>
      logs.write<boolean>(key, 'write', function* (log) {
        if (log?.state.kind !== 'record' || log.state.record.expiresAt <= expiresAfter) return false;
        if (log.state.record.expiresAt >= expiresAt) return true;
        return (yield* logs.extend(log, log.state, expiresAt)) || overtaken;
      }),
  };
}

/** Whether a record may be inserted. */
export function isFree({ state }: SessionLog): boolean {
  if (state.kind === 'record') return recordIn(state) === undefined;
  return state.kind === 'empty' || state.kind === 'damaged' || state.kind === 'ended';
}

/** Whether `RecordStorage.save` may write over a record. */
function mayBeSavedOver(
  found: SessionRecord,
  { createdAt, idleTimeout, subject }: SessionRecord,
  createdAfter: number,
  { start, end }: PlainPayload,
): boolean {
  const isLive = found.expiresAt > createdAt && found.createdAt > createdAfter;
  const isSame = found.idleTimeout === idleTimeout && (subject === null || subject === found.subject);
  return isLive && isSame && found.payload.startsWith(start) && found.payload.endsWith(end);
}
