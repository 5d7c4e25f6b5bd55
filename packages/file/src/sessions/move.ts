import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { Awaitable, SessionRecord } from '@store/core/driver';
import { syncFolder } from '../directory/files.ts';
import type { Layout } from '../directory/layout.ts';
import { orOvertaken, overtaken, type SessionLog, type SessionLogs } from '../log/session-log.ts';
import type { SubjectIndex } from '../subjects/subject-index.ts';
import { endLog } from './end.ts';
import { isFree, type WriteNew } from './write.ts';

/**
 * How a session moves to another key with one atomic step, though there are two files:
 *
 * 1. The record is written under the new key with a link that says where it comes from, and in which version. It is no session yet.
 * 2. The old file continues in one with the mark. The line that says so is the step: from here on the mark is under the old key,
 *    and readers of the new key, who look there for it, take the record for the session.
 * 3. A touch under the new key says that the record has arrived, so that nobody has to look any more.
 *
 * A crash after 1 leaves a record that is no session; it can never become one once the old session has another version, and garbage
 * collection removes it. A crash after 2 leaves a session whose readers have to look, until something is written to it or
 * its mark is removed, before which step 3 is done.
 */
export type Move = (
  key: string,
  version: number,
  next: SessionRecord,
  mark?: SessionRecord,
) => Promise<boolean>;

interface Parts {
  logs: SessionLogs;
  index: SubjectIndex;
  layout: Layout;
  durable: boolean;
  writeNew: WriteNew;
}

export function createMove({ logs, index, layout, durable, writeNew }: Parts): Move {
  const has = (key: string, version: number) => {
    const state = logs.read(key);
    return state?.kind === 'record' && state.record.version === version;
  };

  /** Step 2. @returns `false` when the session has another version by now */
  function leave(key: string, version: number, to: string, mark: SessionRecord): Awaitable<boolean> {
    return logs.write<boolean>(key, 'write', (log) => {
      if (log?.state.kind !== 'record' || log.state.record.version !== version) return false;
      // The subject of the session, so that whoever ends all of a subject's sessions finds the mark and follows it.
      const { subject } = log.state.record;
      return orOvertaken(logs.continue(log, { ...mark, key, subject }, { kind: 'to', key: to }));
    });
  }

  return async (key, version, next, mark = goneFrom(key)) => {
    if (!has(key, version)) return false;
    const link = { kind: 'from', key, version, markVersion: mark.version } as const;
    const moved = await writeNew(next.key, async (log) => {
      if (!isFree(log)) return false;
      if (next.subject !== null) index.add(next.subject, next.key);
      if (!(await logs.put(log, next, link))) return overtaken;
      let hasLeft = false;
      try {
        hasLeft = await leave(key, version, next.key, mark);
      } catch (error) {
        // With `durable` it can fail after the step.
        hasLeft = has(key, mark.version);
        throw error;
      } finally {
        if (!hasLeft) endLog(logs, index, log);
      }
      if (hasLeft) await arrive(log, next);
      return hasLeft;
    });
    if (moved && mark.payload === '') removeGone(key, mark.version);
    return moved;
  };

  /** Step 3. Others do it if this is overtaken. */
  async function arrive(log: SessionLog, { key, subject, expiresAt }: SessionRecord): Promise<void> {
    if (log.state.kind === 'record') logs.touch(log, log.state, expiresAt);
    if (durable && subject !== null) await syncFolder(dirname(layout.marker(subject, key)));
  }

  function removeGone(key: string, version: number): void {
    void logs.write(key, 'remove', (log) => {
      if (log?.state.kind !== 'record' || log.state.record.version !== version) return true;
      return endLog(logs, index, log) || overtaken;
    });
  }
}

/** Stands for the mark where a session leaves none. */
export function goneFrom(key: string): SessionRecord {
  const version = drawVersion();
  return { key, payload: '', subject: null, version, createdAt: 0, expiresAt: 0, idleTimeout: 0 };
}

export function drawVersion(): number {
  return randomBytes(6).readUIntBE(0, 6);
}
