import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Awaitable, isStoreError, type RecordStorage, type SessionRecord } from '@store/core/driver';
import { errorCode, syncFolder } from './directory/files.ts';
import { keyOfName, type Layout, nameOfKey, readFileName } from './directory/layout.ts';
import type { SessionDirectory } from './directory/open-directory.ts';
import { createDeleteExpired } from './gc/collect.ts';
import { createFolderWalk } from './gc/folder-walk.ts';
import { newerFormat } from './log/line.ts';
import { overtaken, recordIn, SessionLogs, type SessionState } from './log/session-log.ts';
import { endLog } from './sessions/end.ts';
import { createMove } from './sessions/move.ts';
import { createWriteNew, createWrites } from './sessions/write.ts';
import { createYield } from './sessions/yield.ts';
import { createSessionsOfSubject } from './subjects/sessions-of-subject.ts';
import { createSubjectIndex } from './subjects/subject-index.ts';

export interface FileStorageOptions {
  durable: boolean;
  /** Called for every file that was read as a session and is damaged. */
  onDamaged(): void;
}

/** Keeps session records as files. Everything is synchronous but what walks through many files, moves, or waits for the disk. */
export function createFileStorage(directory: SessionDirectory, { durable, onDamaged }: FileStorageOptions) {
  const { layout } = directory;
  const logs = new SessionLogs(directory, durable);
  const index = createSubjectIndex(layout);
  const parts = { logs, index, layout, durable };
  const writeNew = createWriteNew(logs);
  const { insert, save, replace, touch } = createWrites(parts, writeNew);
  const move = createMove({ ...parts, writeNew });
  const ofSubject = createSessionsOfSubject({ logs, index, read: readOrStandIn });
  const deleteExpired = createDeleteExpired({ ...parts, walk: createFolderWalk(layout) });

  function read(key: string): SessionRecord | undefined {
    const state = logs.read(key);
    switch (state?.kind) {
      case 'record':
        return recordIn(state);
      case 'newer':
        throw newerFormat();
      case 'damaged':
        onDamaged();
        return undefined;
      default:
        return undefined;
    }
  }

  /** The record, or one that says no more than that a newer version wrote the file: core leaves it out of lists, and ends it. */
  function readOrStandIn(key: string, subject: string | null): SessionRecord | undefined {
    try {
      return read(key);
    } catch (error) {
      if (!isStoreError(error, 'INCOMPATIBLE')) throw error;
      const time = Number.MAX_SAFE_INTEGER;
      const payload = `{"v":${time}}`;
      return { key, payload, subject, version: 0, createdAt: time, expiresAt: time, idleTimeout: null };
    }
  }

  function end(key: string, condition: (state: SessionState) => boolean): Awaitable<boolean> {
    const ended = logs.write<boolean>(key, 'remove', (log) => {
      // What has ended, or is still to arrive, is no session.
      if (!log || log.state.kind === 'ended' || log.state.kind === 'arriving' || !condition(log.state))
        return false;
      return endLog(logs, index, log) || overtaken;
    });
    return ended && durable ? syncFolder(dirname(layout.record(key))).then(() => true) : ended;
  }

  return {
    read,
    insert: (record, now) => directory.write(() => insert(record, now)),
    save: (record, createdAfter, plain) => directory.write(() => save(record, createdAfter, plain)),
    replace: (key, version, next, now) =>
      directory.write(() => (next.key === key ? replace(key, version, next, now) : move(key, version, next))),
    move: (key, version, next, mark) => directory.write(() => move(key, version, next, mark)),
    touch: (key, expiresAfter, expiresAt) => directory.write(() => touch(key, expiresAfter, expiresAt)),
    delete: (key) => directory.write(async () => void (await end(key, () => true))),
    deleteSession: (key) =>
      directory.write(() => end(key, (state) => state.kind !== 'record' || state.record.idleTimeout !== 0)),
    deleteExpired: (now, limit) => directory.write(() => deleteExpired(now, limit)),

    async scan(after, limit) {
      const yieldToOthers = createYield();
      const records: SessionRecord[] = [];
      for (const key of keysAfter(layout, after)) {
        const record = readOrStandIn(key, null);
        if (record) records.push(record);
        if (records.length === limit) break;
        await yieldToOthers();
      }
      if (records.length === 0) directory.assertExists();
      return records;
    },

    async listBySubject(subject) {
      directory.assertExists();
      return ofSubject.listBySubject(subject);
    },
    deleteBySubject: (subject, options) =>
      directory.write(() => {
        directory.assertExists();
        return ofSubject.deleteBySubject(subject, options);
      }),
  } satisfies Required<Omit<RecordStorage, 'close'>>;
}

/** The keys of record files in the order of their names, which is what a scan goes by. */
function* keysAfter(layout: Layout, after: string | undefined): Generator<string, void> {
  const last = after === undefined ? '' : nameOfKey(after);
  for (const shard of namesIn(layout.records)) {
    if (!/^[\da-f]{2}$/.test(shard) || shard < last.slice(0, 2)) continue;
    for (const name of namesIn(join(layout.records, shard))) {
      if (name > last && readFileName(name).kind === 'record') yield keyOfName(name);
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
