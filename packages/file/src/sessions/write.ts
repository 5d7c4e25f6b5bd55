import { fstatSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Awaitable, PlainPayload, RecordStorage, SessionRecord } from '@store/core/driver';
import { syncFolder } from '../directory/files.ts';
import type { Layout } from '../directory/layout.ts';
import { orOvertaken, overtaken, recordIn, type SessionLog, type SessionLogs } from '../log/session-log.ts';
import type { SubjectIndex } from '../subjects/subject-index.ts';

// Taken when this module loads, so that the fake timers of a test do not stop a store.
const { setTimeout } = globalThis;
const now = performance.now.bind(performance);

/** How long, in milliseconds, a process may take between ending a session and removing its file; longer, and it was killed there. */
const longestEnd = 1000;

interface Parts {
  logs: SessionLogs;
  index: SubjectIndex;
  layout: Layout;
}

export type NewWork = (log: SessionLog) => Awaitable<boolean | typeof overtaken>;

/** Opens the log of a session that may not exist yet, and waits while one with the same key is being removed. */
export type WriteNew = (key: string, work: NewWork) => Awaitable<boolean>;

export function createWriteNew(logs: SessionLogs): WriteNew {
  return (key, work) => {
    let ending: { size: number; since: number } | undefined;
    return logs.write<boolean>(key, 'create', (log) => {
      // A key that only looks like another one is taken.
      if (log === undefined) return false;
      const { kind, size } = log.state;
      if (kind !== 'ended') return work(log);
      if (ending?.size !== size) ending = { size, since: now() };
      if (now() - ending.since > longestEnd) return work(log);
      return fstatSync(log.file).nlink === 0 ? overtaken : pause().then(() => overtaken);
    });
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

type Writes = Required<Pick<RecordStorage, 'insert' | 'save' | 'replace' | 'touch'>>;

/** `insert`, `save`, `touch`, and `replace` under the same key. */
export function createWrites({ logs, index, layout }: Parts, writeNew: WriteNew): Writes {
  /** Writes a record over what the log says. */
  function put(log: SessionLog, record: SessionRecord): Awaitable<true | typeof overtaken> {
    const { key, subject } = record;
    const { state } = log;
    const isMarked = subject === null || (state.kind === 'record' && state.record.subject === subject);
    if (!isMarked) index.add(subject, key);
    const written = orOvertaken(logs.put(log, record));
    if (isMarked || !(written instanceof Promise)) return written;
    return written.then(async (done) => {
      await syncFolder(dirname(layout.marker(subject, key)));
      return done;
    });
  }

  return {
    insert: (record) => writeNew(record.key, (log) => (isFree(log) ? put(log, record) : false)),

    save: (record, createdAfter, plain) =>
      writeNew(record.key, (log) => {
        if (isFree(log)) return put(log, record);
        const { state } = log;
        if (state.kind !== 'record' || !goesOn(state.record, record, createdAfter, plain)) return false;
        const { createdAt, subject } = state.record;
        return put(log, { ...record, createdAt, subject });
      }),

    replace: (key, version, next) =>
      logs.write<boolean>(key, 'write', (log) => {
        if (log?.state.kind !== 'record' || log.state.record.version !== version) return false;
        return put(log, next);
      }),

    touch: (key, expiresAfter, expiresAt) =>
      logs.write<boolean>(key, 'write', (log) => {
        const state = log?.state;
        if (!log || state?.kind !== 'record' || state.record.expiresAt <= expiresAfter) return false;
        if (state.record.expiresAt >= expiresAt) return true;
        return orOvertaken(logs.extend(log, state, expiresAt));
      }),
  };
}

/** Whether a session continues under `RecordStorage.save`. */
function goesOn(
  found: SessionRecord,
  { createdAt, idleTimeout, subject }: SessionRecord,
  createdAfter: number,
  { start, end }: PlainPayload,
): boolean {
  return (
    found.expiresAt > createdAt &&
    found.createdAt > createdAfter &&
    found.idleTimeout === idleTimeout &&
    (subject === null || subject === found.subject) &&
    found.payload.startsWith(start) &&
    found.payload.endsWith(end)
  );
}

/** Whether a record may be inserted. */
export function isFree({ state }: SessionLog): boolean {
  if (state.kind === 'record') return recordIn(state) === undefined;
  return state.kind === 'empty' || state.kind === 'damaged' || state.kind === 'ended';
}
